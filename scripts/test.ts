/**
 * The whole test suite: what `npm run check` does, then everything that needs real control planes, then the
 * demonstration. Ends with a line that counts: N passed, N failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveBinaries } from './local/binaries/resolve.ts';
import { consoleProgress } from './local/progress.ts';
import { runStep, runSteps, type Step } from './step.ts';
import { VERIFY_STEPS } from './verifysteps.ts';

interface VitestReport {
  numPassedTests: number;
  numFailedTests: number;
  numPendingTests: number;
  numTodoTests: number;
}

const reports = mkdtempSync(join(tmpdir(), 'codeco-test-reports-'));
let passed = 0;
let failed = 0;

// Tools and unit tests side by side; the unit tests, which take longest, first.
const unit = vitestStep('unit and property tests', ['unit'], 'dot');
for (const { name, ok } of await runSteps([unit, ...VERIFY_STEPS], 2)) {
  if (name === unit.name) countTests(unit.name, ok);
  else count(ok);
}
// Before the tests, so that a build of minutes is not mistaken for a hanging test.
await resolveBinaries(consoleProgress((line) => console.log(line)));
console.log('\n--- tests on real control planes, two files at a time');
const real = vitestStep('integration and e2e tests', ['integration', 'e2e'], 'default');
countTests(real.name, (await runStep(real, true)).ok);
console.log('\n--- demonstration');
await counted({
  name: 'demo',
  command: process.execPath,
  args: ['scripts/demo/main.ts', '--check'],
  env: { NO_COLOR: '1' },
});
if (process.env['OCM_WORK_AGENT'] === undefined) {
  console.log("not run: the work agent contract against OCM's own agent (set OCM_WORK_AGENT to its binary)");
}
const ocmCrds = process.env['OCM_CRDS'];
if (ocmCrds === undefined)
  console.log("not run: comparison with OCM's own CRD files (set OCM_CRDS to their folder)");
else
  await counted({
    name: 'OCM definitions',
    command: process.execPath,
    args: ['scripts/ocmcheck.ts', ocmCrds],
  });
rmSync(reports, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

function vitestStep(name: string, projects: readonly string[], reporter: 'dot' | 'default'): Step {
  return {
    name,
    command: 'vitest',
    args: [
      'run',
      ...projects.flatMap((project) => ['--project', project]),
      `--reporter=${reporter}`,
      '--reporter=json',
      `--outputFile.json=${reportOf(name)}`,
    ],
    env: { NO_COLOR: '1' },
  };
}

function reportOf(name: string): string {
  return join(reports, `${name.replaceAll(' ', '-')}.json`);
}

function count(ok: boolean): void {
  if (ok) passed += 1;
  else failed += 1;
}

/** What vitest wrote down; without its report the step counts as one failure. */
function countTests(name: string, ok: boolean): void {
  let counts: VitestReport;
  try {
    counts = JSON.parse(readFileSync(reportOf(name), 'utf8')) as VitestReport;
  } catch {
    count(false);
    return;
  }
  passed += counts.numPassedTests;
  // A test that did not run has not passed: a missing binary must not look like success.
  failed += counts.numFailedTests + counts.numPendingTests + counts.numTodoTests;
  if (!ok && counts.numFailedTests === 0) failed += 1;
  console.log(
    `${name}: ${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} not run`,
  );
}

/** A step that counts as one. */
async function counted(step: Step): Promise<void> {
  const { ok, seconds } = await runStep(step, true);
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${step.name} ${seconds.toFixed(1)} s`);
  count(ok);
}
