import { INFEASIBLE_KINDS, infeasibleOf } from '../generator/infeasible.ts';
import { acquainted, type Bench, run } from '../measure.ts';
import { ms, percent } from '../report/format.ts';
import { median, worst } from '../report/statistics.ts';

/** Problems that nothing can satisfy: the proof alone, and with the conflict named, within one second. */
export function infeasible(bench: Bench): void {
  const { quick, report, world, seed } = bench;
  const kinds = INFEASIBLE_KINDS.map((kind) => {
    const runs = Array.from({ length: quick ? 2 : 10 }, (_, at) => {
      report.progress(`infeasible: ${kind} ${at + 1}`);
      const { problem } = infeasibleOf(world, { kind, services: 20, locations: 50, seed: seed * 100 + at });
      const scheduler = acquainted(bench, problem);
      return {
        proof: run(scheduler, problem, { deadline: 1000 }),
        named: run(scheduler, problem, { deadline: 1000, explain: true }),
      };
    });
    const isProved = ({ result: { applications } }: (typeof runs)[number]['proof']) =>
      applications[0]!.verdict === 'Infeasible';
    const isNamed = (each: (typeof runs)[number]['named']) =>
      isProved(each) && each.result.applications[0]!.conflict.length > 0;
    return {
      kind,
      count: runs.length,
      proved: runs.filter(({ proof }) => isProved(proof)).length,
      // The goal is a second; what ends within the tolerance of a deadline counts.
      named: runs.filter(({ named }) => isNamed(named) && named.wall <= 1100).length,
      late: runs.filter(({ named }) => isNamed(named) && named.wall > 1100).length,
      proofTimes: runs.filter(({ proof }) => isProved(proof)).map(({ proof }) => proof.wall),
      times: runs.map(({ named }) => named.wall),
      size: median(
        runs
          .filter(({ named }) => isNamed(named))
          .map(({ named }) => named.result.applications[0]!.conflict.length),
      ),
      wrong: runs.filter(({ proof, named }) => proof.sound > 0 || named.sound > 0).length,
    };
  });
  report.table(
    'Infeasible: 20 services on 50 locations and one contradiction, 1 s',
    [
      'kind',
      'proved',
      'conflict named in time',
      'later',
      'set size',
      'proof median',
      'worst',
      'with conflict median',
      'worst',
      'called feasible',
    ],
    kinds.map(({ kind, count, proved, named, late, size, proofTimes, times, wrong }) => [
      kind,
      `${proved}/${count}`,
      `${named}/${count}`,
      `${late}`,
      Number.isNaN(size) ? '-' : `${size}`,
      ms(median(proofTimes)),
      ms(worst(proofTimes)),
      ms(median(times)),
      ms(worst(times)),
      `${wrong}`,
    ]),
    [
      'That a set is minimal is not judged here: a property test does, by solving without each of its members.',
    ],
  );
  const count = kinds.reduce((sum, each) => sum + each.count, 0);
  const named = kinds.reduce((sum, each) => sum + each.named, 0);
  report.goal(4, 'infeasible: proof and conflict within 1 s', named / count, 0.99, percent, true);
  report.goal(
    4,
    'infeasible: proof and conflict, median',
    median(kinds.flatMap(({ times }) => times)),
    20,
    ms,
  );
}
