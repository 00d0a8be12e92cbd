/** Format, lint, types, dependency directions, dead exports, generated files, YAML: npm run verify */
import { runSteps } from './step.ts';
import { VERIFY_STEPS } from './verifysteps.ts';

const results = await runSteps(VERIFY_STEPS, 2);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
