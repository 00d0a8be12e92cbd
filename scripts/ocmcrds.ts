import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { type Crd, compareCrds } from './ocmcompare.ts';

const OURS = new URL('../crds/ocm/', import.meta.url).pathname;

/** The definitions that are made from our own schemas; `side` leaves out those of the other side. */
export async function ourOcmCrds(side: 'hub' | 'managed' | '' = ''): Promise<Crd[]> {
  return [...(await readCrds(join(OURS, side), () => undefined)).values()];
}

/**
 * OCM's kinds of one side: ours, or upstream's files in their place. Upstream's folder holds the kinds of both
 * sides and more. Where it says other things than we rely on, that is told.
 */
export async function ocmCrds(
  side: 'hub' | 'managed',
  upstream: string | undefined,
  say: (message: string) => void,
): Promise<Crd[]> {
  const ours = await ourOcmCrds(side);
  if (upstream === undefined) return ours;
  const theirs = await readCrds(upstream, (file) =>
    say(`${file} in ${upstream} is no YAML and was left out`),
  );
  const missing = ours.map(({ metadata }) => metadata.name).filter((name) => !theirs.has(name));
  if (missing.length > 0)
    throw new Error(`${upstream} has no CustomResourceDefinition ${missing.join(', ')}`);
  for (const difference of ocmDifferences(ours, theirs)) say(`OCM differs: ${difference}`);
  return ours.flatMap(({ metadata }) => theirs.get(metadata.name) ?? []);
}

/**
 * Every CustomResourceDefinition in the YAML files of a folder and its folders, by name. Upstream keeps a
 * folder for each version of a group: versions of one kind are brought together.
 *
 * @param leftOut told of files that are no YAML: templates with placeholders lie beside upstream's files
 */
export async function readCrds(folder: string, leftOut: (file: string) => void): Promise<Map<string, Crd>> {
  const found = new Map<string, Crd>();
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).sort();
  for (const file of files) {
    let documents: unknown[];
    try {
      documents = loadAll(await readFile(join(folder, file), 'utf8'));
    } catch {
      leftOut(file);
      continue;
    }
    for (const crd of documents.filter(isCrd)) {
      const before = found.get(crd.metadata.name);
      if (before) before.spec.versions.push(...crd.spec.versions);
      else found.set(crd.metadata.name, crd);
    }
  }
  return found;
}

/** Where our part of OCM's API differs from upstream's files, one line each. */
export function ocmDifferences(ours: readonly Crd[], theirs: ReadonlyMap<string, Crd>): string[] {
  return ours.flatMap((crd) => compareCrds(crd, theirs.get(crd.metadata.name)));
}

function isCrd(document: unknown): document is Crd {
  return (document as { kind?: unknown } | null)?.kind === 'CustomResourceDefinition';
}
