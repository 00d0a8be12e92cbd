import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lives, type ProcessId, processId } from '../processid.ts';
import type { Progress } from '../progress.ts';
import { goModules } from './gomodules.ts';
import { releases } from './releases.ts';
import { BinaryError, type BinarySource } from './source.ts';
import {
  BINARIES,
  type Binary,
  type BinaryName,
  cacheFolder,
  FAMILIES,
  type Family,
  VERSIONS,
} from './versions.ts';

/** Path of each binary. */
export type Binaries = Readonly<Record<BinaryName, string>>;

const PARTIAL = 'partial-';

/**
 * Finds every binary: in the folder that KUBEBUILDER_ASSETS names, in the cache, else from the first source
 * that delivers it (release archives, then Go modules) into the cache.
 * @throws BinaryError naming every source and why it did not deliver
 */
export async function resolveBinaries(
  progress: Progress,
  options: { env?: NodeJS.ProcessEnv; sources?: readonly BinarySource[] } = {},
): Promise<Binaries> {
  const env = options.env ?? process.env;
  const cache = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'codeco');
  const paths = new Map(BINARIES.map((binary) => [binary.name, pathOf(binary, env, cache)]));
  const missing = () => BINARIES.filter(({ name }) => !existsSync(paths.get(name) ?? ''));
  if (missing().length > 0) {
    await mkdir(cache, { recursive: true });
    const sources = options.sources ?? [releases(progress), goModules(progress)];
    await locked(join(cache, 'lock'), progress, async () => {
      for (const family of FAMILIES) {
        const folder = join(cache, cacheFolder(family));
        await mkdir(folder, { recursive: true });
        await removePartials(folder);
        // Asked again under the lock: another process may have filled the cache meanwhile.
        const wanted = missing().filter((binary) => binary.family === family);
        if (wanted.length > 0) await provide(family, wanted, folder, sources, progress);
      }
    });
  }
  return Object.fromEntries(paths) as Record<BinaryName, string>;
}

function pathOf({ name, family }: Binary, env: NodeJS.ProcessEnv, cache: string): string {
  const assets = env['KUBEBUILDER_ASSETS'];
  const given = assets ? join(assets, name) : undefined;
  return given !== undefined && existsSync(given) ? given : join(cache, cacheFolder(family), name);
}

async function provide(
  family: Family,
  binaries: readonly Binary[],
  cache: string,
  sources: readonly BinarySource[],
  progress: Progress,
): Promise<void> {
  const reasons: string[] = [];
  for (const source of sources) {
    // In the cache, so that renaming stays on one file system; only whole files ever carry the final name.
    const folder = await mkdtemp(join(cache, PARTIAL));
    try {
      const provided = await source.provide(family, binaries, folder);
      if (provided.ok) {
        for (const { name } of binaries) {
          await chmod(join(folder, name), 0o755);
          await rename(join(folder, name), join(cache, name));
        }
        return;
      }
      progress.say(`${family}: not from ${source.name}: ${provided.reason.split('\n')[0]}`);
      reasons.push(`${source.name}: ${provided.reason}`);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const names = binaries.map(({ name }) => name).join(', ');
  throw new BinaryError(
    `${names} (${family} ${VERSIONS[family]}) could not be had:\n  ${reasons.join('\n  ')}\n` +
      'Put them into a folder and name it in KUBEBUILDER_ASSETS, or install Go.',
  );
}

/** One process at a time fills a cache. */
async function locked(lock: string, progress: Progress, work: () => Promise<void>): Promise<void> {
  let said = false;
  while (!(await claim(lock))) {
    if (!said) progress.say('waiting for another process that fills the cache ...');
    said = true;
    await delay(500);
  }
  try {
    await work();
  } finally {
    await rm(lock, { force: true });
  }
}

/** The lock names its holder; that of a process that was killed is removed, for the next attempt. */
async function claim(lock: string): Promise<boolean> {
  try {
    await writeFile(lock, JSON.stringify(processId(process.pid)), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const text = await readFile(lock, 'utf8').catch(() => '');
  // Empty: it is being written, or was removed, just now.
  if (text !== '' && !lives(JSON.parse(text) as ProcessId)) await rm(lock, { force: true });
  return false;
}

/** Only to be called under the lock: what is there then was left by a process that was killed. */
async function removePartials(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    if (name.startsWith(PARTIAL)) await rm(join(cache, name), { recursive: true, force: true });
  }
}
