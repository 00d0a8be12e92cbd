import { readFile, writeFile } from 'node:fs/promises';
import { dump, load } from 'js-yaml';

/** Writes a copy of a kubeconfig whose clusters are all reached at `url`; returns its path. */
export async function kubeconfigThrough(url: string, kubeconfig: string, copy: string): Promise<string> {
  const config = load(await readFile(kubeconfig, 'utf8')) as { clusters: { cluster: { server: string } }[] };
  for (const { cluster } of config.clusters) cluster.server = url;
  await writeFile(copy, dump(config), { mode: 0o600 });
  return copy;
}
