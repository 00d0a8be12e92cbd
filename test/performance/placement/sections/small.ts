import { refereeOf } from '../../../../src/engine/check.ts';
import { type Attempt, attempt, CONTENDERS } from '../contenders.ts';
import { type Instance, instanceOf } from '../generator/instance.ts';
import { PROFILE_NAMES } from '../generator/profiles.ts';
import { acquainted, type Bench, certificate, type Run, run } from '../measure.ts';
import { highsOf } from '../peers/highs.ts';
import { peerFederationOf, peerModelOf } from '../peers/model.ts';
import { ms, percent, times } from '../report/format.ts';
import { mean, median, worst } from '../report/statistics.ts';

const TIGHTNESS = [0.1, 0.25, 0.5];
const HIGHS_SECONDS = { quick: 4, full: 60 };
const TRUTH_MS = { quick: 4000, full: 20_000 };

interface Row {
  readonly instance: Instance;
  readonly peers: readonly Attempt[];
  readonly ten: readonly Run[];
  readonly second: readonly Run[];
  /** Least objective that anything found, and whether somebody proved it. */
  readonly best: number;
  readonly isOptimum: boolean;
  readonly highs: { milliseconds: number; proved: boolean } | undefined;
  /** The engine's bound lies above a placement that the referee accepts. */
  readonly falseBound: boolean;
}

/** Calls before anything is timed: the section "cold and warm" tells what first ones cost. */
const WARMING = 12;

/** About 20 services on 50 locations: peers, the engine at 10 ms and 1 s, and HiGHS, in alternating order. */
export async function small(bench: Bench): Promise<void> {
  const { quick, report } = bench;
  for (const spec of specsOf({ ...bench, seed: bench.seed + 1 }, WARMING))
    run(bench, instanceOf(bench.world, spec).problem, { deadline: 50 });
  const specs = specsOf(bench, quick ? 6 : 24);
  const rows: Row[] = [];
  for (const [at, spec] of specs.entries()) {
    report.progress(`small ${at + 1}/${specs.length} ${spec.family} ${spec.services}x${spec.locations}`);
    // HiGHS takes longest by far: a quick run asks it about the smaller half only.
    rows.push(await measure(bench, instanceOf(bench.world, spec), !quick || at < 3, at));
  }
  const gaps = (attempts: readonly Attempt[]) =>
    rows.flatMap(({ best }, at) => (attempts[at]!.broken === 0 ? [attempts[at]!.objective / best - 1] : []));
  const peerRows = CONTENDERS.map(({ name }, peer) => {
    const attempts = rows.map(({ peers }) => peers[peer]!);
    return [
      name,
      `${attempts.filter(({ broken }) => broken === 0).length}/${rows.length}`,
      `${attempts.reduce((sum, { broken }) => sum + broken, 0)}`,
      percent(median(gaps(attempts))),
      percent(mean(gaps(attempts))),
      percent(worst(gaps(attempts))),
      '-',
      ms(median(attempts.map(({ milliseconds }) => milliseconds))),
      ms(worst(attempts.map(({ milliseconds }) => milliseconds))),
    ];
  });
  const engineRow = (name: string, kind: 'ten' | 'second') => {
    const runs = rows.map((row) => middle(row[kind]));
    const of = rows.flatMap(({ best }, at) =>
      runs[at]!.sound === 1 ? [runs[at]!.objective / best - 1] : [],
    );
    const all = rows.flatMap((row) => row[kind]);
    return [
      name,
      `${runs.filter(({ sound }) => sound === 1).length}/${rows.length}`,
      `${all.reduce((sum, { broken }) => sum + broken, 0)}`,
      percent(median(of)),
      percent(mean(of)),
      percent(worst(of)),
      `${runs.filter(({ proved }) => proved).length} proved, worst ${percent(worst(runs.map(certificate)))}`,
      ms(median(all.map(({ wall }) => wall))),
      ms(worst(all.map(({ wall }) => wall))),
    ];
  };
  const solved = rows.filter(({ highs }) => highs !== undefined);
  report.table(
    `Small: ${rows.length} instances, ${sizeOf(quick)}`,
    [
      'method',
      'feasible',
      'broken rules',
      'gap median',
      'mean',
      'worst',
      'certificate',
      'time median',
      'worst',
    ],
    [
      ...peerRows,
      engineRow('engine, 10 ms', 'ten'),
      engineRow('engine, 1 s', 'second'),
      [
        `HiGHS (${solved.length} of them)`,
        '-',
        '-',
        '-',
        '-',
        '-',
        `${solved.filter(({ highs }) => highs!.proved).length} proved`,
        ms(median(solved.map(({ highs }) => highs!.milliseconds))),
        ms(worst(solved.map(({ highs }) => highs!.milliseconds))),
      ],
    ],
    [
      `Gap: to the best known objective, over sound placements; ${rows.filter(({ isOptimum }) => isOptimum).length} of ${rows.length} are proved optima.`,
      `Processor time of the runs of 1 s, all threads: median ${ms(median(rows.flatMap(({ second }) => second.map(({ cpu }) => cpu))))}, worst ${ms(worst(rows.flatMap(({ second }) => second.map(({ cpu }) => cpu))))}.`,
      `Wall overrun of the 10 ms deadline: median ${ms(median(rows.flatMap(({ ten }) => ten.map(({ overrun }) => overrun))))}, worst ${ms(worst(rows.flatMap(({ ten }) => ten.map(({ overrun }) => overrun))))}.`,
    ],
  );
  tellGoals(bench, rows);
  await larger(bench);
}

/** What the instances of this section are: a quick run has smaller ones, and says so in every row. */
function sizeOf(quick: boolean): string {
  return quick ? '12 x 30 and 20 x 50' : '20 x 50';
}

function tellGoals({ report, quick }: Bench, rows: readonly Row[]): void {
  const size = sizeOf(quick);
  const tens = rows.map(({ ten }) => middle(ten));
  // An instance without a placement has no gap that could be met.
  const tenGaps = rows.map(({ best }, at) =>
    tens[at]!.sound === 1 ? tens[at]!.objective / best - 1 : Number.POSITIVE_INFINITY,
  );
  const share = (count: number) => count / rows.length;
  report.goal(
    1,
    `${size}, 10 ms: feasible`,
    share(tens.filter(({ sound }) => sound === 1).length),
    1,
    percent,
    true,
  );
  report.goal(1, `${size}, 10 ms: mean gap`, mean(tenGaps), 0.001, percent);
  report.goal(1, `${size}, 10 ms: worst gap`, worst(tenGaps), 0.02, percent);
  report.goal(
    1,
    `${size}, 10 ms: proved`,
    share(tens.filter(({ proved }) => proved).length),
    0.5,
    percent,
    true,
  );
  const seconds = rows.map(({ second }) => middle(second));
  report.goal(
    2,
    `${size}, 1 s: proved`,
    share(seconds.filter(({ proved }) => proved).length),
    0.99,
    percent,
    true,
  );
  const proofs = seconds.filter(({ proved }) => proved).map(({ wall }) => wall);
  report.goal(2, `${size}: time to proof, median`, median(proofs), 15, ms);
  const ratios = rows.flatMap(({ highs }, at) =>
    highs && seconds[at]!.proved ? [highs.milliseconds / seconds[at]!.wall] : [],
  );
  report.goal(3, `${size}: HiGHS time / engine time, median`, median(ratios), 400, times, true);
  report.goal(
    3,
    `${size}: HiGHS time / engine time, least`,
    ratios.length === 0 ? Number.NaN : Math.min(...ratios),
    50,
    times,
    true,
  );
  const compared = rows.filter(({ isOptimum }) => isOptimum).length;
  report.goal(
    10,
    `bounds above a known optimum (${compared} instances of this size)`,
    rows.filter(({ falseBound }) => falseBound).length,
    0,
    String,
  );
}

/** 40 x 50 sparse and 30 x 50 dense: one second each. */
async function larger(bench: Bench): Promise<void> {
  const { quick, report, world, seed } = bench;
  const specs = Array.from({ length: quick ? 2 : 20 }, (_, at) => ({
    family: at % 2 === 0 ? ('sparse' as const) : ('dense' as const),
    services: at % 2 === 0 ? 40 : 30,
    locations: 50,
    tightness: TIGHTNESS[at % 3]!,
    profile: PROFILE_NAMES[at % PROFILE_NAMES.length]!,
    seed: seed * 1000 + 500 + at,
  }));
  const runs = specs.map((spec, at) => {
    report.progress(`40 x 50 and dense 30 x 50: ${at + 1}/${specs.length}`);
    return run(bench, instanceOf(world, spec).problem, { deadline: 1000 });
  });
  report.table(
    '40 x 50 sparse and 30 x 50 dense, 1 s',
    [
      'instances',
      'feasible',
      'broken rules',
      'proved',
      'certificate median',
      'worst',
      'time median',
      'worst',
    ],
    [
      [
        `${runs.length}`,
        `${runs.filter(({ sound }) => sound === 1).length}/${runs.length}`,
        `${runs.reduce((sum, { broken }) => sum + broken, 0)}`,
        `${runs.filter(({ proved }) => proved).length}`,
        percent(median(runs.map(certificate))),
        percent(worst(runs.map(certificate))),
        ms(median(runs.map(({ wall }) => wall))),
        ms(worst(runs.map(({ wall }) => wall))),
      ],
    ],
  );
  report.goal(
    2,
    '40 x 50, dense 30 x 50, 1 s: proved',
    runs.filter(({ proved }) => proved).length / runs.length,
    0.9,
    percent,
    true,
  );
  report.goal(
    2,
    '40 x 50, dense 30 x 50, 1 s: worst certificate',
    worst(runs.map(certificate)),
    0.01,
    percent,
  );
}

function specsOf({ seed, quick }: Bench, count: number) {
  const families = [
    'sparse',
    'dense',
    'boutique',
    'sparse',
    'dense',
    'social',
    'sparse',
    'dense',
    'hotel',
    'media',
  ] as const;
  return Array.from({ length: count }, (_, at) => ({
    family: families[at % families.length]!,
    services: quick && at < 3 ? 12 : 20,
    locations: quick && at < 3 ? 30 : 50,
    tightness: TIGHTNESS[at % 3]!,
    profile: PROFILE_NAMES[at % PROFILE_NAMES.length]!,
    seed: seed * 1000 + at,
  }));
}

async function measure(bench: Bench, instance: Instance, withHighs: boolean, turn: number): Promise<Row> {
  const { quick } = bench;
  const { problem } = instance;
  const referee = refereeOf(problem);
  const model = peerModelOf(peerFederationOf(problem), problem.applications[0]!);
  const repetitions = quick ? 3 : 5;
  const ten: Run[] = [];
  const second: Run[] = [];
  const tries = CONTENDERS.map((): Attempt[] => []);
  const scheduler = acquainted(bench, problem);
  const engine = () => {
    ten.push(run(scheduler, problem, { deadline: 10, referee }));
    second.push(run(scheduler, problem, { deadline: 1000, referee }));
  };
  const peers = () =>
    CONTENDERS.forEach((contender, at) => void tries[at]!.push(attempt(contender, model, referee)));
  for (let repetition = 0; repetition < repetitions; repetition += 1) {
    if ((turn + repetition) % 2 === 0) {
      engine();
      peers();
    } else {
      peers();
      engine();
    }
  }
  const highs = withHighs ? await highsOf(model, HIGHS_SECONDS[quick ? 'quick' : 'full']) : undefined;
  const attempts = tries.map((all) => ({
    ...all[0]!,
    milliseconds: median(all.map(({ milliseconds }) => milliseconds)),
  }));
  const long = second.some(({ proved }) => proved)
    ? second[0]!
    : run(bench, problem, { deadline: TRUTH_MS[quick ? 'quick' : 'full'], referee });
  const runs = [...ten, ...second, long];
  const sound = [
    ...runs.filter((each) => each.sound === 1).map(({ objective }) => objective),
    ...attempts.filter(({ broken }) => broken === 0).map(({ objective }) => objective),
    ...(highs?.objective === undefined ? [] : [highs.objective]),
  ];
  const best = Math.min(...sound);
  return {
    instance,
    peers: attempts,
    ten,
    second,
    best,
    isOptimum: highs?.status === 'Optimal' || runs.some(({ proved }) => proved),
    highs: highs && { milliseconds: highs.milliseconds, proved: highs.status === 'Optimal' },
    falseBound: runs.some(({ lowerBound }) => lowerBound > best * (1 + 1e-6)),
  };
}

/** The repetition of median objective; one without a placement counts as the dearest. */
function middle(runs: readonly Run[]): Run {
  const cost = ({ sound, objective }: Run) => (sound === 1 ? objective : Number.POSITIVE_INFINITY);
  const slowest = [...runs].sort((a, b) => cost(a) - cost(b) || a.wall - b.wall);
  return slowest[Math.floor(runs.length / 2)]!;
}
