/** What must pass on every commit: verify, unit and property tests: npm run check */
import { runSteps } from './step.ts';
import { VERIFY_STEPS } from './verifysteps.ts';

const unit = {
  name: 'unit and property tests',
  command: 'vitest',
  args: ['run', '--project', 'unit', '--reporter=dot'],
};
const results = await runSteps([unit, ...VERIFY_STEPS], 2);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
