import { total } from './audit.ts';
import {
  type Comparison,
  type Figures,
  GOALS,
  type Growth,
  type Memory,
  type RestartRun,
  type Scale,
} from './figures.ts';
import { STAGES } from './observer.ts';
import type { ProcessorTime } from './processortime.ts';
import type { Distribution, Summary } from './statistics.ts';

/** The page docs/performance.md out of the figures of one run. Pure: the same figures give the same page. */
export function report(figures: Figures): string {
  const { machine, note, measuredAt, tookSeconds, comparison, growth, scale } = figures;
  const parts = [
    '# Performance of the control plane',
    `Made by \`npm run bench:control-plane -- --json FILE --doc docs/performance.md\`; \`--from FILE\` writes this page again from kept figures. One run of ${Math.round(tookSeconds / 60)} min on ${measuredAt.slice(0, 10)}.`,
    '## Machine',
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGiB} GiB, ${machine.os}, Node ${machine.node}, Kubernetes ${machine.kubernetes}. Load average before the run: ${machine.loadBefore}.${note === '' ? '' : ` ${note}`}`,
    'Everything runs on it: etcd, the API servers of hub and managed clusters, controller-managers, schedulers, kwok in place of kubelets, work agents, the benchmark, and the suite as the image ships it (the bundle, each controller under its own ServiceAccount). Managed controller-managers and schedulers run with QPS 500 and burst 1000 in all arms. On machines of their own the parts would not take the cores from each other: read ratios before seconds.',
    ...(comparison ? ['## CodecoApps against plain Deployments', ...comparisonPart(comparison)] : []),
    ...(growth ? ['## From few applications to many', ...growthPart(growth)] : []),
    ...(scale ? [`## ${scale.apps} applications on ${scale.clusters} clusters`, ...scalePart(scale)] : []),
    '## What is not measured',
    [
      '- Real nodes, networks and image pulls: Pods are played by kwok, and all traffic is loopback.',
      "- OCM's own work agent, unless `OCM_WORK_AGENT` names its binary; the local one keeps the same contract.",
      '- Applications of many services, moves, and placement quality: the placement engine has a benchmark of its own.',
      "- CODECO publishes a ratio of 1.17 of its own deployment time to that of Kubernetes. That is for bare Pods beside CodecoApps on one cluster, not for Deployments through a hub, and can't be compared with the ratios here.",
    ].join('\n'),
  ];
  return `${parts.join('\n\n')}\n`;
}

function comparisonPart(comparisons: readonly Comparison[]): string[] {
  const [first] = comparisons;
  const repetitions = first?.suite.values.length ?? 0;
  const processor = comparisons.find(({ agent }) => agent === 'unthrottled')?.processor;
  const rows = comparisons.flatMap((each) => [
    ['**work agent**', `**${each.agent}**`, '', '', ''],
    ['CodecoApps, until all Pods are Ready', ...seconds(each.suite), '', ''],
    ...STAGES.map((stage) => [`— until the last is ${stage}`, ...seconds(each.stages[stage]), '', '']),
    ['ManifestWorks written straight, until all Pods are Ready', ...seconds(each.straight), '', ''],
    ['Deployments straight, until all Pods are Ready', ...seconds(each.plain), '', ''],
    [
      'ratio, pair by pair',
      ...plain(each.ratio),
      ...(each.agent === 'unthrottled' ? goal(each.ratio.median, GOALS.ratioUnthrottled) : ['reported', '']),
    ],
    ['ManifestWorks to Deployments: what OCM itself costs', ...plain(each.straightRatio), 'reported', ''],
    ['CodecoApps to ManifestWorks: what the suite adds', ...plain(each.ratioToStraight), 'reported', ''],
    ['deleting the CodecoApps, nothing left', ...seconds(each.deletion), '', ''],
    ['deleting the ManifestWorks, nothing left', ...seconds(each.straightDeletion), '', ''],
    ['deleting the Deployments, nothing left', ...seconds(each.plainDeletion), '', ''],
    ['ratio of deletion, pair by pair', ...plain(each.deletionRatio), 'reported', ''],
  ]);
  return [
    `${first?.apps} CodecoApps of one service, on a hub with one managed cluster, against the same Deployments applied to that cluster through the same client at the same concurrency, and against ManifestWorks of the same content written to the hub without the suite. In turn, ${repetitions} repetitions after one that is not counted. Deletion ends when neither hub nor cluster holds any app, plan, revision, work, base work, applied work, Deployment, ReplicaSet, Pod, Service, ServiceAccount or RoleBinding of them; only the Namespace stays.`,
    table(['', 'median', 'worst', 'goal', 'met'], rows),
    ...(processor ? [PROCESSOR, processorTable(processor)] : []),
  ];
}

const PROCESSOR =
  'Processor time for each application until all Pods are Ready, work agent unthrottled: what the ratio comes from where all parts share the cores. Medians; other programs on the machine count little here.';

function processorTable(processor: Comparison['processor']): string {
  const arms = [processor.suite, processor.straight, processor.plain];
  const all = (of: ProcessorTime) => Object.values(of).reduce((sum, each) => sum + each, 0);
  const names = Object.keys(processor.suite).filter((name) => arms.some((arm) => (arm[name] ?? 0) >= 0.1));
  return table(
    ['', 'CodecoApps', 'ManifestWorks', 'Deployments'],
    [
      ...names.map((name) => [name, ...arms.map((arm) => ms(arm[name] ?? 0))]),
      ['all', ...arms.map((arm) => ms(all(arm)))],
      ['to Deployments', ...arms.map((arm) => (all(arm) / all(processor.plain)).toFixed(2))],
    ],
  );
}

function growthPart({ sizes }: Growth): string[] {
  const [first] = sizes;
  const last = sizes.at(-1);
  const rows = sizes.map(({ apps, suiteMs, plainMs, deletionMs }) => [
    String(apps),
    ms(suiteMs.median),
    ms(suiteMs.worst),
    ms(plainMs.median),
    ms(plainMs.worst),
    ms(deletionMs.median),
    ms(deletionMs.worst),
  ]);
  const factor = (of: 'suiteMs' | 'plainMs') => (last?.[of].median ?? 0) / (first?.[of].median ?? 1);
  const grows = factor('suiteMs') > 1;
  return [
    `Time per application until all Pods are Ready, and until nothing is left of them, with an unthrottled agent; ${first?.suiteMs.values.length} repetitions in turn.`,
    table(
      [
        'applications',
        'CodecoApps, median',
        'worst',
        'Deployments, median',
        'worst',
        'deleting CodecoApps, median',
        'worst',
      ],
      rows,
    ),
    `From ${first?.apps} to ${last?.apps} applications the time per application changes by a factor of ${factor('suiteMs').toFixed(2)}, that of plain Deployments by ${factor('plainMs').toFixed(2)}. Goal: it does not grow; ${grows ? `**missed** by ${((factor('suiteMs') - 1) * 100).toFixed(0)} %` : 'met'}.`,
  ];
}

function scalePart(scale: Scale): string[] {
  const { latency, restart, memory } = scale;
  const chainRatio = (of: Distribution) => (of.p50 / latency.chain.p50).toFixed(1);
  const writes = Object.entries(scale.writesPerApp).map(([what, count]) => `${count} ${what}`);
  return [
    `One managed cluster is real; ${scale.clusters - 1} are played by one process that joins them, renews their leases, reports their telemetry and answers every ManifestWork with status through the hub's real API. Each application has one service; ${scale.clustersInUse} clusters hold some of them. All said Ready ${scale.readySeconds.toFixed(1)} s after the first create request (single measurement; ${((scale.readySeconds * 1000) / scale.apps).toFixed(0)} ms each), for which the suite made ${total(scale.writesPerApp).toFixed(1)} write requests each: ${writes.join(', ')}. Deleted, nothing left, after ${scale.deletionSeconds.toFixed(1)} s.`,
    `From the create response of an application of two clusters to the watch event of its last work, with ${scale.apps} applications running; the chain is four writes, each made when the watch has told of the one before.`,
    table(
      ['', 'number', 'p50', 'p99', 'worst', 'p50 to chain', 'goal', 'met'],
      [
        [
          'one after the other',
          ...spread(latency.sequential),
          chainRatio(latency.sequential),
          ...latencyGoal(latency.sequential),
        ],
        [
          `${latency.ratePerSecond} a second`,
          ...spread(latency.atRate),
          chainRatio(latency.atRate),
          ...latencyGoal(latency.atRate),
        ],
        ['four chained writes and watches', ...spread(latency.chain), '1', '', ''],
      ],
    ),
    "Restart of all controllers at once (single measurements). Write requests are counted by the API server's audit log: Events and refused ones included, renewals of Leases not.",
    table(
      ['', 'ready', 'goal', 'met', 'every app looked at', 'writes', 'goal', 'met'],
      [
        ['SIGTERM, started again', ...restartRow(restart.stopped)],
        ['SIGKILL, started again (the lease has to run out)', ...restartRow(restart.killed)],
      ],
    ),
    `Peak resident memory (VmHWM), MiB: without applications; of the process that saw ${scale.apps} applications come; of one started over them.`,
    table(
      ['', 'idle', 'goal', 'met', 'saw them come', 'started over them', 'goal', 'met'],
      Object.entries(memory).map(([name, peak]) => [name.toUpperCase(), ...memoryRow(peak)]),
    ),
  ];
}

function restartRow({ readySeconds, settledSeconds, writes }: RestartRun): string[] {
  const count = total(writes);
  const names = Object.entries(writes).map(([what, times]) => `${times} ${what}`);
  return [
    `${readySeconds.toFixed(1)} s`,
    `${GOALS.restartSeconds} s`,
    met(readySeconds <= GOALS.restartSeconds),
    `${settledSeconds.toFixed(1)} s`,
    count === 0 ? '0' : `${count}: ${names.join(', ')}`,
    String(GOALS.restartWrites),
    met(count <= GOALS.restartWrites),
  ];
}

function memoryRow({ idle, loaded, restarted }: Memory): string[] {
  const goals = [GOALS.idleMiB, GOALS.loadedMiB];
  return [
    String(idle),
    String(goals[0]),
    met(idle <= GOALS.idleMiB),
    String(loaded),
    String(restarted),
    String(goals[1]),
    met(Math.max(loaded, restarted) <= GOALS.loadedMiB),
  ];
}

function latencyGoal({ p50, p99 }: Distribution): string[] {
  return [
    `${GOALS.latencyP50Ms} ms, ${GOALS.latencyP99Ms} ms`,
    met(p50 <= GOALS.latencyP50Ms && p99 <= GOALS.latencyP99Ms),
  ];
}

function spread({ count, p50, p99, worst }: Distribution): string[] {
  return [String(count), ms(p50), ms(p99), ms(worst)];
}

function seconds({ median, worst }: Summary): string[] {
  return [`${median.toFixed(2)} s`, `${worst.toFixed(2)} s`];
}

function plain({ median, worst }: Summary): string[] {
  return [median.toFixed(2), worst.toFixed(2)];
}

function ms(value: number): string {
  return value >= 100 ? `${value.toFixed(0)} ms` : `${value.toFixed(1)} ms`;
}

function goal(value: number, wanted: number): string[] {
  return [wanted.toFixed(2), met(value <= wanted)];
}

function met(is: boolean): string {
  return is ? 'yes' : '**no**';
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
