/**
 * Compares the parts of Open Cluster Management's kinds that we use with upstream's own CRD files:
 * node scripts/ocmcheck.ts DIR
 */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { type Crd, compareCrds } from './ocmcompare.ts';

const OURS = new URL('../crds/ocm/', import.meta.url).pathname;

const folder = process.argv[2];
if (folder === undefined) {
  console.log("not run: comparison with OCM's own CRD files (node scripts/ocmcheck.ts DIR)");
  process.exit(0);
}
const theirs = new Map<string, Crd>();
for (const crd of await readCrds(folder)) {
  const before = theirs.get(crd.metadata.name);
  // A folder for each version of an API group has the same kind several times.
  if (before) before.spec.versions.push(...crd.spec.versions);
  else theirs.set(crd.metadata.name, crd);
}
if (theirs.size === 0) {
  console.error(`${folder} has no file with a CustomResourceDefinition`);
  process.exit(1);
}
const ours = await readCrds(OURS);
const problems = ours.flatMap((crd) => compareCrds(crd, theirs.get(crd.metadata.name)));
for (const problem of problems) console.error(problem);
console.log(`${ours.length} kinds compared, ${problems.length} differences`);
process.exit(problems.length === 0 ? 0 : 1);

async function readCrds(root: string): Promise<Crd[]> {
  const names = (await readdir(root, { recursive: true })).filter((name) => /\.ya?ml$/.test(name)).sort();
  const found: Crd[] = [];
  for (const name of names) {
    let documents: unknown[];
    try {
      documents = loadAll(await readFile(join(root, name), 'utf8'));
    } catch {
      // Templates with placeholders lie beside upstream's CRDs; a kind that is missing is told anyway.
      console.error(`${name} is no YAML and was left out`);
      continue;
    }
    found.push(
      ...documents.filter(
        (each): each is Crd => (each as { kind?: unknown } | null)?.kind === 'CustomResourceDefinition',
      ),
    );
  }
  return found;
}
