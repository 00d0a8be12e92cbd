import { buildPaths } from '../../../../src/engine/paths.ts';
import type { Problem } from '../../../../src/engine/problem.ts';
import type { Result } from '../../../../src/engine/result.ts';
import { instanceOf } from '../generator/instance.ts';
import { Random } from '../generator/random.ts';
import { type Bench, type Run, run } from '../measure.ts';
import { ms, percent } from '../report/format.ts';
import { median, percentile } from '../report/statistics.ts';

/** Prices of a few used locations rise: the running placement is judged anew, briefly and at length. */
export function changes(bench: Bench): void {
  const { quick, report, world, seed } = bench;
  const locations = quick ? 100 : 1000;
  const services = quick ? 50 : 200;
  const { problem } = instanceOf(world, {
    family: 'sparse',
    services,
    locations,
    tightness: 0.25,
    profile: 'balanced',
    seed: seed * 1000,
  });
  report.progress('one changed price: the placement to start from');
  const start = run(bench, problem, { deadline: quick ? 1000 : 5000 });
  const random = new Random(seed);
  const rows: { short: Run; full: Run; keep: Run }[] = [];
  for (let change = 0; start.sound === 1 && change < (quick ? 2 : 16); change += 1) {
    report.progress(`one changed price: ${change + 1}`);
    const changed = dearer(problem, start.result, random);
    rows.push({
      keep: run(bench, pinned(changed), { deadline: 5000 }),
      short: run(bench, changed, { deadline: 7 }),
      full: run(bench, changed, { deadline: 1000 }),
    });
  }
  const gains = rows
    .map(({ keep, short, full }) => ({
      short: keep.objective - short.objective,
      full: keep.objective - full.objective,
    }))
    .filter(({ full }) => full > 1e-6);
  const sum = (of: 'short' | 'full') => gains.reduce((total, each) => total + each[of], 0);
  const walls = rows.map(({ short }) => short.wall);
  report.table(
    `One location dearer by 10 to 40 %, ${services} services on ${locations} locations, through the port with what runs now`,
    ['changes', 'sound', 'time median', '95 %', 'gain of a full solve reached, in sum'],
    [
      [
        `${rows.length}`,
        `${rows.filter(({ short }) => short.sound === 1).length}`,
        ms(median(walls)),
        ms(percentile(walls, 0.95)),
        gains.length === 0 ? '-' : percent(sum('short') / sum('full')),
      ],
    ],
    [
      'Each call hands over the whole problem: what the engine keeps between calls, if anything, is not asked for by name.',
    ],
  );
  if (!quick) {
    report.goal(7, 'one changed price at 200 x 1,000: decision, 95 %', percentile(walls, 0.95), 7, ms);
    report.goal(
      7,
      'share of the gain of a full solve, in sum',
      gains.length === 0 ? Number.NaN : sum('short') / sum('full'),
      0.97,
      percent,
      true,
    );
  } else report.notMeasured(7, 'one changed price at 200 x 1,000', 'full run only');
  paths(bench);
}

function dearer(problem: Problem, { applications }: Result, random: Random): Problem {
  const used = [
    ...new Set(applications[0]!.services.flatMap(({ shares }) => shares.map(({ location }) => location))),
  ];
  const chosen = random.pick(used);
  const factor = random.between(1.1, 1.4);
  const running = new Map(applications[0]!.services.map(({ service, shares }) => [service, shares]));
  return {
    ...problem,
    locations: problem.locations.map((location) =>
      location.id !== chosen
        ? location
        : {
            ...location,
            priceUSDPerHour: Object.fromEntries(
              Object.entries(location.priceUSDPerHour ?? {}).map(([resource, price]) => [
                resource,
                price * factor,
              ]),
            ),
          },
    ),
    applications: problem.applications.map((app) => ({
      ...app,
      services: app.services.map((service) => ({ ...service, running: running.get(service.id)! })),
    })),
  };
}

/** The same with everything where it runs: what keeping it costs. */
function pinned(problem: Problem): Problem {
  return {
    ...problem,
    applications: problem.applications.map((app) => ({
      ...app,
      services: app.services.map((service) => ({
        ...service,
        onlyLocations: service.running!.map(({ location }) => location),
      })),
    })),
  };
}

/** All pairs from scratch. */
function paths({ world, report, quick, seed }: Bench): void {
  const locations = quick ? 200 : 1000;
  const { problem } = instanceOf(world, {
    family: 'sparse',
    services: 20,
    locations,
    tightness: 0.25,
    profile: 'balanced',
    seed,
  });
  const times = [0, 1, 2].map((repetition) => {
    report.progress(`paths between ${locations} locations: ${repetition + 1}/3`);
    const started = performance.now();
    buildPaths(problem);
    return performance.now() - started;
  });
  report.table(
    `Paths between ${locations} locations, from scratch, one thread`,
    ['links', 'median', 'worst'],
    [[`${problem.links.length}`, ms(median(times)), ms(Math.max(...times))]],
  );
  if (quick) report.notMeasured(8, 'all pairs at 1,000 locations', 'full run only');
  else report.goal(8, 'all pairs from scratch at 1,000 locations (one thread)', median(times), 120, ms);
}
