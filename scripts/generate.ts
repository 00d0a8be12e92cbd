/** Writes every generated file anew: npm run generate */
import { runSteps } from './step.ts';

const node = process.execPath;
const results = await runSteps(
  [
    { name: 'CRDs', command: node, args: ['scripts/crdgen/main.ts'] },
    { name: 'problem format page', command: node, args: ['scripts/problemformat.ts'] },
    { name: 'kernels', command: node, args: ['scripts/kernels.ts'] },
  ],
  1,
);
process.exit(results.every(({ ok }) => ok) ? 0 : 1);
