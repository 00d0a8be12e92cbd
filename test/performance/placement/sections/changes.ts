import { cpuUsage } from 'node:process';
import { refereeOf } from '../../../../src/engine/check.ts';
import type { Location, Problem } from '../../../../src/engine/problem.ts';
import type { ApplicationResult, Result } from '../../../../src/engine/result.ts';
import type { LocationChange } from '../../../../src/engine/session/change.ts';
import { createPlacer, type Placer } from '../../../../src/engine/session/placer.ts';
import { RESULT_FORMAT } from '../../../../src/engine/vocabulary.ts';
import { instanceOf } from '../generator/instance.ts';
import { PROFILE_NAMES } from '../generator/profiles.ts';
import { Random } from '../generator/random.ts';
import { type Bench, run } from '../measure.ts';
import { ms, percent } from '../report/format.ts';
import { median, percentile } from '../report/statistics.ts';
import { paths } from './paths.ts';

const KINDS = ['price', 'price', 'intensity', 'price', 'capacity', 'intensity', 'cheaper', 'price'] as const;
/** Of the 7 ms of the goal: what is left is for what a step takes beyond its deadline. */
const DECISION_MS = 6;

/** One change with what came of it. Objectives are those of the changed problem. */
interface Row {
  readonly wall: number;
  readonly cpu: number;
  /** A placement that breaks no rule; a broken one, which the report accuses; or none in time. */
  readonly outcome: 'Sound' | 'Broken' | 'None';
  readonly staying: number;
  readonly decided: number;
  readonly full: number;
}

/**
 * Figures of single locations change: a session that keeps its state decides at once, a whole solve of the
 * changed problem has a second. Both start from what the session found in the slack before.
 */
export function changes(bench: Bench): void {
  const { quick, report } = bench;
  const rows = Array.from({ length: quick ? 1 : 4 }, (_, at) => instanceRows(bench, at)).flat();
  const gains = rows.filter(({ staying, full }) => Number.isFinite(staying) && staying - full > 1e-6 * full);
  const forced = rows.filter(({ staying }) => !Number.isFinite(staying));
  const sum = (of: (row: Row) => number) => gains.reduce((total, row) => total + of(row), 0);
  const inSum = sum(({ staying, decided }) => staying - decided) / sum(({ staying, full }) => staying - full);
  const reached =
    gains.filter(({ staying, decided, full }) => staying - decided >= 0.95 * (staying - full)).length /
    gains.length;
  const walls = rows.map(({ wall }) => wall);
  // Where none was found in time the next decision goes on; there is nothing to compare yet.
  const above = forced.flatMap(({ decided, full }) => (Number.isFinite(decided) ? [decided / full - 1] : []));
  report.table(
    `One location dearer, dirtier, smaller or cheaper by 10 to 40 %, ${quick ? '50 services on 100' : '200 services on 1000'} locations: change and decision of a session`,
    [
      'changes',
      'sound',
      'none in time',
      'time median',
      '95 %',
      'processor time 95 %',
      'worth a move',
      'gain of a full solve reached, in sum',
      'changes with 95 % of it',
      'must move',
      'worst above a full solve',
    ],
    [
      [
        `${rows.length}`,
        `${rows.filter(({ outcome }) => outcome === 'Sound').length}`,
        `${rows.filter(({ outcome }) => outcome === 'None').length}`,
        ms(median(walls)),
        ms(percentile(walls, 0.95)),
        ms(
          percentile(
            rows.map(({ cpu }) => cpu),
            0.95,
          ),
        ),
        `${gains.length}`,
        gains.length === 0 ? '-' : percent(inSum),
        gains.length === 0 ? '-' : percent(reached),
        `${forced.length}`,
        above.length === 0 ? '-' : percent(Math.max(...above)),
      ],
    ],
    [
      'A full solve: the changed problem through the port, with what runs, one second. More than 100 %: the session found what it did not.',
    ],
  );
  if (quick) report.notMeasured(7, 'one changed figure at 200 x 1,000', 'full run only');
  else {
    const none = gains.length === 0;
    report.goal(7, 'one changed figure at 200 x 1,000: decision, 95 %', percentile(walls, 0.95), 7, ms);
    report.goal(7, 'gain of a full solve, in sum', none ? Number.NaN : inSum, 0.97, percent, true);
    report.goal(7, 'changes with 95 % of it', none ? Number.NaN : reached, 0.9, percent, true);
  }
  paths(bench);
}

function instanceRows(bench: Bench, instance: number): Row[] {
  const { quick, report, world, seed } = bench;
  const { problem } = instanceOf(world, {
    family: instance % 2 === 0 ? 'sparse' : 'dense',
    services: quick ? 50 : 200,
    locations: quick ? 100 : 1000,
    tightness: 0.25,
    profile: PROFILE_NAMES[instance % PROFILE_NAMES.length]!,
    seed: seed * 1000 + instance,
  });
  report.progress(`one changed figure, instance ${instance + 1}: settling`);
  const placer = createPlacer(problem, seed);
  // A whole solve would else find what the start left open, and call it the gain of the change.
  for (let turn = 0, idle = 0, before = Number.POSITIVE_INFINITY; turn < 8 && idle < 2; turn += 1) {
    const { objective } = placer.settle(effort(performance.now() + (quick ? 500 : 3000)));
    idle = objective > before * (1 - 1e-5) ? idle + 1 : 0;
    before = objective;
  }
  placer.adopt();
  const { services } = placer.decide({ ...effort(), work: 0 }).answer();
  if (services.length === 0) return [];
  const running = {
    ...problem,
    applications: problem.applications.map((app) => ({
      ...app,
      services: app.services.map((service) => ({
        ...service,
        running: services.find((each) => each.service === service.id)!.shares,
      })),
    })),
  };
  const random = new Random(seed * 1000 + instance);
  return Array.from({ length: quick ? 6 : 16 }, (_, turn) => {
    report.progress(`one changed figure, instance ${instance + 1}: ${turn + 1}`);
    const change = changeOf(running, services, KINDS[turn % KINDS.length]!, random);
    const row = decided(bench, placer, running, change);
    // As it was, for the next one.
    const before = running.locations.find(({ id }) => id === change.location)!;
    const figures = Object.fromEntries(
      Object.keys(change.figures).map((figure) => [figure, before[figure as keyof Location]]),
    );
    placer.apply({ location: change.location, figures });
    placer.adopt(services);
    return row;
  });
}

function decided(bench: Bench, placer: Placer, problem: Problem, change: LocationChange): Row {
  const changed = {
    ...problem,
    locations: problem.locations.map((location) =>
      location.id === change.location ? ({ ...location, ...change.figures } as Location) : location,
    ),
  };
  const full = run(bench, changed, { deadline: 1000 });
  const before = cpuUsage();
  const started = performance.now();
  placer.apply(change);
  const { staying, objective, answer } = placer.decide(effort(started + DECISION_MS));
  const wall = performance.now() - started;
  const { user, system } = cpuUsage(before);
  return {
    wall,
    cpu: (user + system) / 1000,
    outcome: outcomeOf(bench, changed, answer()),
    staying,
    decided: objective,
    full: full.objective,
  };
}

function outcomeOf({ report, seed }: Bench, problem: Problem, answer: ApplicationResult): Row['outcome'] {
  if (answer.services.length === 0) return 'None';
  const result: Result = {
    format: RESULT_FORMAT,
    engine: 'session',
    seed,
    work: 0,
    applications: [answer],
    prices: {},
  };
  const findings = refereeOf(problem).judge(result);
  for (const { rule, message } of findings) report.accuse(`session: ${rule} ${message}`);
  return findings.length === 0 ? 'Sound' : 'Broken';
}

function effort(deadlineMs = Number.POSITIVE_INFINITY) {
  return {
    work: Number.MAX_SAFE_INTEGER,
    deadlineMs,
    clock: () => performance.now(),
    cancelled: () => false,
  };
}

/** Capacity shrinks below what runs there; everything else is of a location in use, but what gets cheaper. */
function changeOf(
  problem: Problem,
  services: ApplicationResult['services'],
  kind: (typeof KINDS)[number],
  random: Random,
): LocationChange {
  const used = [...new Set(services.flatMap(({ shares }) => shares.map(({ location }) => location)))];
  const id = random.pick(kind === 'cheaper' ? problem.locations.map((each) => each.id) : used);
  const location = problem.locations.find((each) => each.id === id)!;
  const factor = random.between(1.1, 1.4);
  const prices = (by: number) =>
    Object.fromEntries(
      Object.entries(location.priceUSDPerHour ?? {}).map(([resource, price]) => [resource, price * by]),
    );
  switch (kind) {
    case 'price':
      return { location: id, figures: { priceUSDPerHour: prices(factor) } };
    case 'intensity':
      return { location: id, figures: { gramsPerKWh: location.gramsPerKWh! * factor } };
    case 'cheaper':
      return {
        location: id,
        figures: {
          priceUSDPerHour: prices(2 - factor),
          gramsPerKWh: location.gramsPerKWh! * (2 - factor),
        },
      };
    case 'capacity':
      return {
        location: id,
        figures: { free: { ...location.free, cpu: cpuOn(problem, services, id) * (2 - factor) } },
      };
  }
}

function cpuOn(problem: Problem, services: ApplicationResult['services'], id: string): number {
  const [app] = problem.applications;
  return services.reduce((sum, { service, shares }) => {
    const cpu = app!.services.find((each) => each.id === service)!.demand['cpu'] ?? 0;
    return (
      sum + shares.reduce((own, { location, replicas }) => own + (location === id ? replicas * cpu : 0), 0)
    );
  }, 0);
}
