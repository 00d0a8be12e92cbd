import { Problem, type ProblemInput } from '../../src/engine/problem.ts';
import { PROBLEM_FORMAT } from '../../src/engine/vocabulary.ts';

type Application = ProblemInput['applications'][number];
type Service = Application['services'][number];

/** Numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * A tiny problem with one application and every feature now and then: few enough replicas to try every
 * placement, tight enough that about half have no placement.
 */
export function randomProblem(seed: number): Problem {
  const random = randomOf(seed);
  const int = (from: number, to: number) => from + Math.floor(random() * (to - from + 1));
  const chance = (share: number) => random() < share;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const m = int(2, 5);
  const ids = Array.from({ length: m }, (_, k) => `l${k}`);
  const zones = chance(0.7);
  const locations = ids.map((id) => ({
    id,
    ...(zones && chance(0.8) ? { zone: `z${int(0, 2)}` } : {}),
    jurisdiction: pick(['EU', 'US']),
    labels: chance(0.6) ? { gpu: 'yes' } : {},
    free: { cpu: int(1, 9), memory: int(4, 20) },
    ...(chance(0.9) ? { priceUSDPerHour: { cpu: int(1, 9) / 10 } } : {}),
    wattsPerCore: int(2, 6),
    ...(chance(0.8) ? { gramsPerKWh: int(10, 700) } : {}),
    availability: pick([0.99, 0.999, 0.95]),
  }));
  const n = int(1, 4);
  let left = 6;
  const services = Array.from({ length: n }, (_, at): Service => {
    const most = Math.max(1, Math.min(3, left - (n - 1 - at)));
    const replicas = chance(0.35) ? int(1, most) : 1;
    left -= replicas;
    return {
      id: `s${at}`,
      demand: { cpu: int(1, 4), memory: int(1, 6) },
      replicas,
      ...(chance(0.15) ? { requirements: [{ key: 'gpu', operator: 'Exists' }] } : {}),
      ...(chance(0.2) ? { spread: { over: pick(['Zone', 'Location']), min: 2 } } : {}),
      ...(chance(0.15)
        ? { data: [{ dataset: 'faces', locality: pick(['Required', 'Preferred']), maxDelayMs: 5 }] }
        : {}),
      ...(chance(0.3) ? { running: [{ location: pick(ids), replicas: int(1, 2) }] } : {}),
      ...(chance(0.2) ? { move: { policy: 'Anywhere', stateGB: int(1, 5) } } : {}),
    };
  });
  const channels = Array.from({ length: n < 2 ? 0 : int(0, 5) }, (_, at) => {
    const from = int(0, n - 1);
    const assured = chance(0.5);
    return {
      id: `c${at}`,
      from: `s${from}`,
      to: chance(0.1)
        ? { application: 'other', service: 'db' }
        : { service: `s${(from + int(1, n - 1)) % n}` },
      class: assured ? ('ASSURED' as const) : ('BESTEFFORT' as const),
      ...(chance(0.6) ? { maxDelayMs: int(2, 12) } : {}),
      ...(chance(0.3) ? { bandwidthMbps: int(2, 8) } : {}),
      callsPerSecond: int(1, 9),
      bytesPerCall: pick([100, 10_000, 1_000_000]),
      clean: chance(0.5),
    };
  });
  const useMatrices = chance(0.4);
  const cell = (share: number, value: () => number) =>
    ids.map((_, k) => ids.map((__, l) => (k === l ? 0 : chance(share) ? value() : null)));
  return Problem.parse({
    format: PROBLEM_FORMAT,
    locations,
    nodes: ['hub'],
    ...(useMatrices
      ? {
          matrices: {
            delayMs: cell(0.95, () => int(0, 10)),
            bandwidthMbps: cell(0.5, () => int(3, 12)),
            usdPerGB: cell(0.9, () => int(0, 9) / 100),
            kWhPerGB: cell(0.9, () => int(0, 9) / 1000),
            loss: cell(0.9, () => int(0, 3) / 1000),
          },
        }
      : {
          links: [
            ...ids.flatMap((id) =>
              chance(0.9)
                ? [
                    {
                      from: id,
                      to: 'hub',
                      delayMs: int(0, 5),
                      bidirectional: true,
                      bandwidthMbps: int(4, 20),
                    },
                  ]
                : [],
            ),
            ...Array.from({ length: int(0, 5) }, () => ({
              from: pick(ids),
              to: pick(ids),
              delayMs: int(1, 6),
              usdPerGB: int(0, 9) / 100,
              kWhPerGB: int(0, 9) / 1000,
              loss: int(0, 3) / 1000,
              ...(chance(0.5) ? { bandwidthMbps: int(3, 12) } : {}),
              bidirectional: chance(0.5),
            })).filter(({ from, to }) => from !== to),
          ],
        }),
    datasets: [{ id: 'faces', holders: [{ location: pick(ids) }], residency: chance(0.3) ? ['EU'] : [] }],
    fixed: [
      {
        application: 'other',
        service: 'db',
        shares: chance(0.5)
          ? [{ location: ids[0]!, replicas: 1 }]
          : [
              { location: ids[1]!, replicas: 2 },
              { location: ids[0]!, replicas: 1 },
            ],
      },
    ],
    applications: [
      {
        id: 'x',
        profile: {
          cost: int(0, 3),
          carbon: int(0, 3),
          delay: int(1, 3),
          resilience: int(0, 2),
          balance: chance(0.3) ? 1 : 0,
          migration: chance(0.5) ? 1 : 0,
        },
        crossing: chance(0.9),
        survive: chance(0.15) ? 'AnyDomain' : 'None',
        services,
        channels,
        entryPoints: chance(0.5)
          ? [{ id: 'e', service: 's0', location: pick(ids), callsPerSecond: int(1, 9) }]
          : [],
      },
    ],
  });
}

/** Every assignment of `count` variables to `labels` labels. */
export function* assignments(count: number, labels: number): Generator<Int32Array> {
  const at = new Int32Array(count);
  for (;;) {
    yield at;
    let i = 0;
    while (i < count && at[i] === labels - 1) at[i++] = 0;
    if (i === count) return;
    at[i] = at[i]! + 1;
  }
}
