/**
 * Time to the first placement by size, whatever method the size asks for, on a federation that is known:
 * node test/performance/large/sizes.ts [seed]
 * Processor time of this process; the last column must not rise with the size.
 */
import { createSolve } from '../../../src/engine/solve.ts';
import { instanceOf } from '../placement/generator/instance.ts';
import { syntheticWorld } from '../placement/generator/regions.ts';

const SIZES = [
  [5, 5],
  [10, 20],
  [20, 50],
  [30, 100],
  [50, 100],
  [50, 300],
  [100, 300],
  [100, 1000],
  [200, 1000],
  [400, 1000],
  [500, 2000],
  [1000, 3000],
  [2000, 5000],
] as const;
const DEADLINE = 5000;

const seed = Number(process.argv[2] ?? 1);
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
for (const [services, locations] of SIZES) {
  for (const family of ['sparse', 'dense'] as const) {
    const spec = { family, services, locations, tightness: 0.25, profile: 'balanced', seed } as const;
    const { problem } = instanceOf(syntheticWorld(), spec);
    const solve = createSolve();
    let first = Number.NaN;
    // The first call reads the federation and warms the code.
    for (const deadline of [1, 1, DEADLINE]) {
      const started = clock();
      const told = { first: Number.NaN };
      const tell = () => {
        told.first ||= clock() - started;
      };
      const result = solve(problem, {
        work: Number.MAX_SAFE_INTEGER,
        seed: 1,
        clock,
        cancelled: () => !Number.isNaN(told.first),
        deadlineMs: started + deadline,
        explain: false,
        onProgress: ({ best }) => {
          if (best !== undefined && best > 0) tell();
        },
      });
      const placed = result.applications.every(
        ({ verdict }) => verdict === 'Optimal' || verdict === 'Feasible',
      );
      first = placed ? told.first : Number.NaN;
    }
    const each = (1e6 * first) / (services * locations);
    console.log(
      `${services} x ${locations} ${family}`.padEnd(22),
      `${first.toFixed(1)} ms`.padStart(10),
      `${each.toFixed(0)} ns for each service and location`.padStart(44),
    );
  }
}
