import { refereeOf } from '../../../../src/engine/check.ts';
import { type Attempt, attempt, CONTENDERS } from '../contenders.ts';
import { instanceOf } from '../generator/instance.ts';
import { PROFILE_NAMES } from '../generator/profiles.ts';
import { acquainted, type Bench, certificate, type Run, run } from '../measure.ts';
import { peerFederationOf, peerModelOf } from '../peers/model.ts';
import { ms, percent } from '../report/format.ts';
import { median, worst } from '../report/statistics.ts';

interface Size {
  readonly services: number;
  readonly locations: number;
  readonly instances: number;
  readonly traffic?: 'bulk';
  readonly deadlines: readonly number[];
  readonly repetitions: number;
}

/** Deadline of the runs by an engine that meets the federation for the first time, ms. */
const STRANGER_MS = 1000;

/** 50 x 100, 100 x 300 and 200 x 1,000: peers, and the engine at several deadlines. */
export function large(bench: Bench): void {
  const sizes: Size[] = bench.quick
    ? [
        { services: 50, locations: 100, instances: 2, deadlines: [100, 1000], repetitions: 1 },
        { services: 200, locations: 1000, instances: 2, deadlines: [250, 1000], repetitions: 1 },
        { services: 200, locations: 1000, instances: 1, traffic: 'bulk', deadlines: [1000], repetitions: 1 },
      ]
    : [
        { services: 50, locations: 100, instances: 6, deadlines: [100, 1000], repetitions: 3 },
        { services: 100, locations: 300, instances: 6, deadlines: [100, 1000], repetitions: 3 },
        { services: 200, locations: 1000, instances: 10, deadlines: [250, 1000, 10_000], repetitions: 3 },
        { services: 200, locations: 1000, instances: 5, traffic: 'bulk', deadlines: [1000], repetitions: 1 },
      ];
  for (const size of sizes) measure(bench, size);
}

function measure(bench: Bench, size: Size): void {
  const { services, locations, instances, traffic = 'requests', deadlines, repetitions } = size;
  const { report, world, seed } = bench;
  const rows = Array.from({ length: instances }, (_, at) => {
    const family = at % 2 === 0 ? ('sparse' as const) : ('dense' as const);
    const { name, problem } = instanceOf(world, {
      family,
      services,
      locations,
      tightness: 0.25,
      profile: PROFILE_NAMES[at % PROFILE_NAMES.length]!,
      seed: seed * 1000 + at,
      traffic,
    });
    report.progress(`${services} x ${locations}: ${at + 1}/${instances} ${name}, peers`);
    const referee = refereeOf(problem);
    const model = peerModelOf(peerFederationOf(problem), problem.applications[0]!);
    const peers: Attempt[] = [];
    const runs: Run[][] = deadlines.map(() => []);
    const stranger: Run[] = [];
    const engine = () => {
      stranger.push(run(bench, problem, { deadline: STRANGER_MS, referee }));
      const scheduler = acquainted(bench, problem);
      deadlines.forEach((deadline, which) => {
        for (let repetition = 0; repetition < (deadline > 2000 ? 1 : repetitions); repetition += 1) {
          report.progress(
            `${services} x ${locations}: ${at + 1}/${instances} ${name}, engine ${deadline} ms`,
          );
          runs[which]!.push(run(scheduler, problem, { deadline, referee }));
        }
      });
    };
    if (at % 2 === 0) engine();
    for (const contender of CONTENDERS) peers.push(attempt(contender, model, referee));
    if (at % 2 !== 0) engine();
    const sound = [
      ...[...runs.flat(), ...stranger].filter((each) => each.sound === 1).map(({ objective }) => objective),
      ...peers.filter(({ broken }) => broken === 0).map(({ objective }) => objective),
    ];
    return { peers, runs: [...runs, stranger], best: sound.length === 0 ? Number.NaN : Math.min(...sound) };
  });
  const peerRows = CONTENDERS.map(({ name }, peer) => {
    const attempts = rows.map(({ peers }) => peers[peer]!);
    const gaps = rows.flatMap(({ best }, at) =>
      attempts[at]!.broken === 0 ? [attempts[at]!.objective / best - 1] : [],
    );
    return [
      name,
      `${attempts.filter(({ broken }) => broken === 0).length}/${instances}`,
      `${attempts.reduce((sum, { broken }) => sum + broken, 0)}`,
      percent(median(gaps)),
      percent(worst(gaps)),
      '-',
      '-',
      '-',
      ms(median(attempts.map(({ milliseconds }) => milliseconds))),
      ms(worst(attempts.map(({ milliseconds }) => milliseconds))),
      '-',
    ];
  });
  const engines = [
    ...deadlines.map((deadline) => `engine, ${ms(deadline)}`),
    `engine, ${ms(STRANGER_MS)}, federation not known`,
  ];
  const engineRows = engines.map((name, which) => {
    const all = rows.flatMap(({ runs }) => runs[which]!);
    const gaps = rows.flatMap(({ runs, best }) =>
      runs[which]!.filter(({ sound }) => sound === 1).map(({ objective }) => objective / best - 1),
    );
    return [
      name,
      `${all.filter(({ sound }) => sound === 1).length}/${all.length}`,
      `${all.reduce((sum, { broken }) => sum + broken, 0)}`,
      percent(median(gaps)),
      percent(worst(gaps)),
      percent(median(all.map(certificate))),
      percent(worst(all.map(certificate))),
      ms(median(all.map(({ first }) => first))),
      ms(median(all.map(({ wall }) => wall))),
      ms(worst(all.map(({ wall }) => wall))),
      ms(worst(all.map(({ overrun }) => overrun))),
    ];
  });
  report.table(
    `${services} services on ${locations} locations, ${instances} instances${traffic === 'bulk' ? ', bulk traffic' : ''}`,
    [
      'method',
      'feasible',
      'broken rules',
      'gap median',
      'worst',
      'certificate median',
      'worst',
      'first placement',
      'time median',
      'worst',
      'overrun worst',
    ],
    [...peerRows, ...engineRows],
    [
      'Gap: to the best known objective. Peers are given the matrices of the federation, and so is the engine that placed on it before; one that did not builds them within its time.',
    ],
  );
  if (locations !== 1000 || traffic === 'bulk') return;
  const certificates = (deadline: number) =>
    rows.flatMap(({ runs }) => (runs[deadlines.indexOf(deadline)] ?? []).map(certificate));
  const firsts = rows.flatMap(({ runs }) =>
    runs[0]!.map(({ first, sound }) => (sound === 1 ? first : Number.POSITIVE_INFINITY)),
  );
  report.goal(5, '200 x 1,000: first placement, median', median(firsts), 10, ms);
  report.goal(5, '200 x 1,000: first placement, worst', worst(firsts), 20, ms);
  report.goal(5, '200 x 1,000, 250 ms: certificate, median', median(certificates(250)), 0.015, percent);
  report.goal(5, '200 x 1,000, 1 s: certificate, median', median(certificates(1000)), 0.01, percent);
  report.goal(5, '200 x 1,000, 1 s: certificate, worst', worst(certificates(1000)), 0.015, percent);
  if (deadlines.includes(10_000))
    report.goal(5, '200 x 1,000, 10 s: certificate, median', median(certificates(10_000)), 0.003, percent);
  else report.notMeasured(5, '200 x 1,000, 10 s: certificate', 'full run only');
}
