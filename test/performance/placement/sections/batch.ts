import { refereeOf } from '../../../../src/engine/check.ts';
import { attempt, CONTENDERS } from '../contenders.ts';
import { type BatchSpec, batchOf } from '../generator/batch.ts';
import { type Bench, certificate, run } from '../measure.ts';
import { peerFederationOf, peerModelOf } from '../peers/model.ts';
import { ms, percent } from '../report/format.ts';
import { runAlone } from '../single/alone.ts';

/** Bound on the certificate by use of the federation. */
const CERTIFICATE_GOALS = new Map([
  [0.1, 0.01],
  [0.4, 0.03],
  [0.7, 0.06],
]);

/** What a batch may take at all; the goal is far below. */
const DEADLINE_MS = 60_000;

/** Peers place many applications without a graph of the whole; more would only repeat the same figure slowly. */
const PEER_APPLICATIONS = { quick: 40, full: 100 };

/** A thousand applications at once on a thousand locations, in a process of its own, and again in this one. */
export async function batch(bench: Bench): Promise<void> {
  const { quick, report, seed, world } = bench;
  const sizes: BatchSpec[] = quick
    ? [{ applications: 40, locations: 100, use: 0.4, seed }]
    : [0.1, 0.4, 0.7].map((use) => ({ applications: 1000, locations: 1000, use, seed }));
  const rows: string[][] = [];
  for (const spec of sizes) {
    report.progress(`batch of ${spec.applications} at ${percent(spec.use)}: cold, in its own process`);
    const cold = await runAlone(
      bench,
      { kind: 'batch', deadline: quick ? 4000 : DEADLINE_MS, ...spec },
      quick ? 20 : 300,
    );
    report.progress(`batch of ${spec.applications} at ${percent(spec.use)}: warm`);
    const { problem } = batchOf(world, spec);
    const referee = refereeOf(problem);
    const limit = { deadline: quick ? 4000 : DEADLINE_MS, referee };
    const first = run(bench, problem, limit);
    const warm = quick || first.wall > 20_000 ? first : run(bench, problem, limit);
    rows.push([
      `${spec.applications} on ${spec.locations} at ${percent(spec.use)}`,
      'engine',
      `${warm.sound}/${spec.applications}`,
      `${warm.broken}`,
      percent(certificate(warm)),
      ms(cold.wall),
      ms(warm.wall),
      ms(warm.cpu),
      Number.isFinite(cold.maxMegabytes) ? `${cold.maxMegabytes} MB` : (cold.failure ?? '-'),
    ]);
    if (quick) continue;
    const use = percent(spec.use);
    report.goal(6, `batch at ${use}: wall time, warm`, warm.wall, 500, ms);
    report.goal(6, `batch at ${use}: wall time, first call`, cold.wall, 700, ms);
    report.goal(6, `batch at ${use}: processor time`, warm.cpu, 900, ms);
    report.goal(
      6,
      `batch at ${use}: applications without a sound place`,
      spec.applications - warm.sound,
      0,
      String,
    );
    report.goal(
      6,
      `batch at ${use}: certificate`,
      certificate(warm),
      CERTIFICATE_GOALS.get(spec.use)!,
      percent,
    );
    report.goal(6, `batch at ${use}: most memory of the process, MB`, cold.maxMegabytes, 300, String);
  }
  if (quick) report.notMeasured(6, 'batch of 1,000 on 1,000', 'full run only');
  rows.push(...peers(bench));
  report.table(
    'Batch: applications of 5 to 20 services, one profile after the other',
    [
      'batch',
      'method',
      'sound',
      'broken rules',
      'certificate',
      'time cold',
      'time warm',
      'processor time',
      'most memory',
    ],
    rows,
    [
      'Cold: the first call of a process. Certificate: sum of the objectives over the sum of the bounds. Memory: resident, with the problem itself and Node.',
      `Peers place applications one by one, each beside what the ones before it use; limits that a placement breaks are counted by the referee.`,
    ],
  );
}

/** One application after the other, each beside what is used before it. */
function peers({ quick, report, seed, world }: Bench): string[][] {
  const applications = PEER_APPLICATIONS[quick ? 'quick' : 'full'];
  const spec = { applications, locations: quick ? 100 : 200, use: 0.4, seed };
  const { problem } = batchOf(world, spec);
  const federation = peerFederationOf(problem);
  const referee = refereeOf(problem);
  return CONTENDERS.slice(0, 5).map((contender) => {
    report.progress(`batch: ${contender.name}`);
    const left = problem.locations.map((location) => ({ ...location, free: { ...location.free } }));
    let [broken, sound, time] = [0, 0, 0];
    for (const app of problem.applications) {
      const beside = { ...problem, locations: left };
      const model = { ...peerModelOf(federation, app), problem: beside };
      const free = model.resources.map((resource) => left.map((location) => location.free[resource] ?? 0));
      const bounded = {
        ...model,
        free: left.map((_, k) => Float64Array.from(model.resources, (__, r) => free[r]![k]!)),
      };
      const started = performance.now();
      const at = contender.place(bounded);
      time += performance.now() - started;
      const judged = attempt({ name: contender.name, place: () => at }, model, referee);
      broken += judged.broken;
      if (judged.broken === 0) sound += 1;
      at.forEach((places, service) => {
        for (const k of places) {
          for (const [resource, amount] of Object.entries(app.services[service]!.demand))
            left[k]!.free[resource] = Math.max(0, (left[k]!.free[resource] ?? 0) - amount);
        }
      });
    }
    return [
      `${spec.applications} on ${spec.locations} at ${percent(spec.use)}`,
      contender.name,
      `${sound}/${spec.applications}`,
      `${broken}`,
      '-',
      '-',
      ms(time),
      '-',
      '-',
    ];
  });
}
