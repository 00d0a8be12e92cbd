/**
 * Figures of the large path alone, on problems of the benchmark's generator, loading not counted:
 * node test/performance/large/main.ts [services] [locations] [seeds] [ms,ms,...]
 * Times are processor time of this process, so that other programs on the machine count little.
 */

import { Budget } from '../../../src/engine/budget.ts';
import { compile } from '../../../src/engine/gqap/compile.ts';
import { solveLarge } from '../../../src/engine/large/solvelarge.ts';
import { buildApp } from '../../../src/engine/model/appmodel.ts';
import { buildFederation } from '../../../src/engine/model/federation.ts';
import { judgeOf } from '../../../src/engine/model/judge.ts';
import { emptyLoad } from '../../../src/engine/model/load.ts';
import { instanceOf } from '../placement/generator/instance.ts';
import { PROFILE_NAMES } from '../placement/generator/profiles.ts';
import { syntheticWorld } from '../placement/generator/regions.ts';

const [services, locations, seeds] = [2, 3, 4].map((at, n) =>
  Number(process.argv[at] ?? [200, 1000, 4][n]),
) as [number, number, number];
const budgets = (process.argv[5] ?? '250,1000').split(',').map(Number);
const clock = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

for (let seed = 1; seed <= seeds; seed += 1) {
  const family = seed % 3 === 0 ? 'dense' : 'sparse';
  const profile = PROFILE_NAMES[seed % PROFILE_NAMES.length]!;
  const { name, problem } = instanceOf(syntheticWorld(), {
    family,
    services,
    locations,
    tightness: 0.25,
    profile,
    seed,
  });
  const federation = buildFederation(problem);
  const model = buildApp(problem, federation, problem.applications[0]!, new Map());
  const load = emptyLoad(federation);
  const gqap = compile(model, load);
  const judge = judgeOf(model, load);
  for (const [turn, ms] of [budgets[0]!, ...budgets].entries()) {
    const started = clock();
    let first = Number.NaN;
    const deadlineMs = started + ms;
    const result = solveLarge(
      gqap,
      judge,
      new Budget({ work: 1e15, deadlineMs, clock, cancelled: () => false }),
      1,
      {
        onBest: () => {
          first ||= clock() - started;
        },
      },
    );
    const certificate = 100 * (result.objective / result.lowerBound - 1);
    console.log(
      `${name}: ${gqap.pairs.count} pairs ${gqap.nearest.length} nearest, ${ms} ms${turn === 0 ? ' cold' : ''}: first ${first.toFixed(1)} ms, ` +
        `objective ${result.objective.toFixed(5)}, certificate ${certificate.toFixed(2)} %, ${result.passes} rounds, ` +
        `${result.labels} labels, ${(result.work / 1e6).toFixed(1)} M work, overran ${(clock() - deadlineMs).toFixed(1)} ms`,
    );
  }
}
