/**
 * Compares the parts of Open Cluster Management's kinds that we use with upstream's own CRD files:
 * node scripts/ocmcheck.ts DIR
 */
import { ocmDifferences, ourOcmCrds, readCrds } from './ocmcrds.ts';

const folder = process.argv[2];
if (folder === undefined) {
  console.log("not run: comparison with OCM's own CRD files (node scripts/ocmcheck.ts DIR)");
  process.exit(0);
}
const theirs = await readCrds(folder, (file) => console.error(`${file} is no YAML and was left out`));
if (theirs.size === 0) {
  console.error(`${folder} has no file with a CustomResourceDefinition`);
  process.exit(1);
}
const ours = await ourOcmCrds();
const problems = ocmDifferences(ours, theirs);
for (const problem of problems) console.error(problem);
console.log(`${ours.length} kinds compared, ${problems.length} differences`);
process.exit(problems.length === 0 ? 0 : 1);
