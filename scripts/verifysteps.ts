import type { Step } from './step.ts';

const node = process.execPath;

/** Everything that is judged without running the product. */
export const VERIFY_STEPS: readonly Step[] = [
  { name: 'types', command: 'tsc', args: ['-p', '.'] },
  { name: 'promises', command: 'oxlint', args: ['--type-aware', '--quiet', 'src', 'scripts', 'test'] },
  { name: 'format and lint', command: 'biome', args: ['ci', '--error-on-warnings', '--colors=off', '.'] },
  { name: 'dependency directions', command: node, args: ['scripts/directions.ts'] },
  { name: 'dead exports', command: 'knip', args: ['--no-progress'] },
  { name: 'generated files', command: node, args: ['scripts/crdgen/main.ts', '--check'] },
  { name: 'kernels', command: node, args: ['scripts/kernels.ts', '--check'] },
  { name: 'problem format page', command: node, args: ['scripts/problemformat.ts', '--check'] },
  { name: 'yaml', command: node, args: ['scripts/yamllint.ts'] },
];
