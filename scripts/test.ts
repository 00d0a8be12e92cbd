/**
 * The whole test suite: what `npm run check` does, then everything that needs real control planes, then the
 * demonstration. Ends with a line that counts: N passed, N failed.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveBinaries } from './local/binaries/resolve.ts';
import { consoleProgress } from './local/progress.ts';
import { runStep, type Step } from './step.ts';
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
const count = (name: string, ok: boolean, seconds: number) => {
  if (ok) passed += 1;
  else failed += 1;
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name.padEnd(24)} ${seconds.toFixed(1)} s`);
};

for (const step of VERIFY_STEPS) {
  const result = await runStep(step);
  if (!result.ok) console.log(result.output);
  count(step.name, result.ok, result.seconds);
}
// Before the tests, so that a build of minutes is not mistaken for a hanging test.
await resolveBinaries(consoleProgress((line) => console.log(line)));
for (const project of ['unit', 'integration', 'e2e']) await vitest(project);
await demonstration();
if (process.env['OCM_WORK_AGENT'] === undefined) {
  console.log("not run: the work agent contract against OCM's own agent (set OCM_WORK_AGENT to its binary)");
}
console.log("not run: comparison with OCM's own CRD files (node scripts/ocmcheck.ts DIR)");
rmSync(reports, { recursive: true, force: true });
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

async function vitest(project: string): Promise<void> {
  const report = join(reports, `${project}.json`);
  const step: Step = {
    name: project,
    command: 'vitest',
    args: [
      'run',
      '--project',
      project,
      '--reporter=default',
      '--reporter=json',
      `--outputFile.json=${report}`,
    ],
    env: { NO_COLOR: '1' },
  };
  console.log(`\n--- ${project} tests`);
  const result = await runStep(step, true);
  let counts: VitestReport;
  try {
    counts = JSON.parse(readFileSync(report, 'utf8')) as VitestReport;
  } catch {
    count(project, false, result.seconds);
    return;
  }
  passed += counts.numPassedTests;
  // A test that did not run has not passed: a missing binary must not look like success.
  failed += counts.numFailedTests + counts.numPendingTests + counts.numTodoTests;
  if (!result.ok && counts.numFailedTests === 0) failed += 1;
  console.log(
    `${project}: ${counts.numPassedTests} passed, ${counts.numFailedTests} failed, ${counts.numPendingTests} not run, ${result.seconds.toFixed(0)} s`,
  );
}

async function demonstration(): Promise<void> {
  console.log('\n--- demonstration');
  const result = await runStep(
    {
      name: 'demo',
      command: process.execPath,
      args: ['scripts/demo/main.ts', '--check'],
      env: { NO_COLOR: '1' },
    },
    true,
  );
  count('demo', result.ok, result.seconds);
}
