import { cpuUsage } from 'node:process';
import { PathTable } from '../../../../src/engine/paths/pathtable.ts';
import type { Problem } from '../../../../src/engine/problem.ts';
import { instanceOf } from '../generator/instance.ts';
import { Random } from '../generator/random.ts';
import type { Bench } from '../measure.ts';
import { ms } from '../report/format.ts';
import { median, percentile } from '../report/statistics.ts';

/** All pairs from scratch, then single links slower and faster, each way of a link, and back again. */
export function paths(bench: Bench): void {
  const { world, report, quick, seed } = bench;
  const locations = quick ? 200 : 1000;
  const { problem } = instanceOf(world, {
    family: 'sparse',
    services: 20,
    locations,
    tightness: 0.25,
    profile: 'balanced',
    seed,
  });
  const times = [0, 1, 2, 3, 4].map((repetition) => {
    report.progress(`paths between ${locations} locations: ${repetition + 1}/5`);
    return timed(() => new PathTable(problem)).wall;
  });
  report.table(
    `Paths between ${locations} locations, from scratch, one thread`,
    ['links', 'first call', 'median', 'worst'],
    [[`${problem.links.length}`, ms(times[0]!), ms(median(times)), ms(Math.max(...times))]],
  );
  const nodes = new Set(problem.nodes);
  const backbone = problem.links.flatMap(({ from, to }, at) =>
    nodes.has(from) && nodes.has(to) ? [at] : [],
  );
  const any = [...problem.links.keys()];
  report.progress(`changed links between ${locations} locations`);
  const random = changed(problem, any, new Random(seed), quick ? 60 : 400);
  const inside = changed(problem, backbone, new Random(seed + 1), quick ? 40 : 200);
  report.table(
    `One link slower by 20 to 80 % or faster by 15 to 50 %, ${locations} locations: paths current`,
    ['link', 'changes', 'median', '95 %', 'worst', 'processor time 95 %', 'pairs, 95 %'],
    [
      ['any, slower', random.slower],
      ['any, faster', random.faster],
      ['backbone, slower', inside.slower],
      ['backbone, faster', inside.faster],
    ].map(([name, rows]) => row(name as string, rows as Timed[])),
  );
  if (quick) {
    report.notMeasured(8, 'paths at 1,000 locations', 'full run only');
    return;
  }
  const late = (rows: readonly Timed[]) =>
    percentile(
      rows.map(({ wall }) => wall),
      0.95,
    );
  report.goal(8, 'all pairs from scratch at 1,000 locations (one thread)', median(times), 120, ms);
  report.goal(8, 'a slower link, 95 %', late(random.slower), 5, ms);
  report.goal(8, 'a faster link, 95 %', late(random.faster), 5, ms);
  report.goal(8, 'a slower backbone link, 95 %', late(inside.slower), 10, ms);
  report.goal(8, 'a faster backbone link, 95 %', late(inside.faster), 10, ms);
}

interface Timed {
  readonly wall: number;
  readonly cpu: number;
  readonly pairs: number;
}

function timed(work: () => unknown): Timed {
  const before = cpuUsage();
  const started = performance.now();
  const pairs = work();
  const wall = performance.now() - started;
  const { user, system } = cpuUsage(before);
  return { wall, cpu: (user + system) / 1000, pairs: typeof pairs === 'number' ? pairs : 0 };
}

function row(name: string, rows: readonly Timed[]): string[] {
  const late = (of: keyof Timed) =>
    percentile(
      rows.map((each) => each[of]),
      0.95,
    );
  const walls = rows.map(({ wall }) => wall);
  return [
    name,
    `${rows.length}`,
    ms(median(walls)),
    ms(late('wall')),
    ms(Math.max(...walls)),
    ms(late('cpu')),
    `${late('pairs')}`,
  ];
}

/** Undone after each, which counts as a change of the other kind. */
function changed(
  problem: Problem,
  links: readonly number[],
  random: Random,
  count: number,
): { slower: Timed[]; faster: Timed[] } {
  const table = new PathTable(problem);
  const first: number[] = [];
  let next = 0;
  for (const { bidirectional } of problem.links) {
    first.push(next);
    next += bidirectional ? 2 : 1;
  }
  const set = (at: number, delay: number) =>
    timed(() => {
      let pairs = table.change(first[at]!, delay).pairs.length;
      if (problem.links[at]!.bidirectional) pairs += table.change(first[at]! + 1, delay).pairs.length;
      return pairs;
    });
  const rows = { slower: [] as Timed[], faster: [] as Timed[] };
  for (let turn = 0; turn < count; turn += 1) {
    const at = random.pick(links);
    const { delayMs } = problem.links[at]!;
    const [there, back] = turn % 2 === 0 ? (['slower', 'faster'] as const) : (['faster', 'slower'] as const);
    rows[there].push(
      set(at, delayMs * (there === 'slower' ? random.between(1.2, 1.8) : random.between(0.5, 0.85))),
    );
    rows[back].push(set(at, delayMs));
  }
  return rows;
}
