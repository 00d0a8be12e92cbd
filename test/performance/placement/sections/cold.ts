import { instanceOf } from '../generator/instance.ts';
import { type Bench, run } from '../measure.ts';
import { ms } from '../report/format.ts';
import { median, worst } from '../report/statistics.ts';
import { type Alone, runAlone } from '../single/alone.ts';

/** First calls of fresh processes beside calls of a warm one, at the same deadlines. */
export async function cold(bench: Bench): Promise<void> {
  const { quick, report, seed, world } = bench;
  const base = { kind: 'instance', family: 'sparse', tightness: 0.25, profile: 'balanced', seed } as const;
  const asked: Extract<Alone, { kind: 'instance' }>[] = [
    { ...base, deadline: 10, services: 20, locations: 50 },
    ...(quick ? [] : [{ ...base, deadline: 250, services: 200, locations: 1000 }]),
  ];
  const rows: string[][] = [];
  for (const what of asked) {
    const repetitions = quick ? 1 : 5;
    const first = [];
    for (let repetition = 0; repetition < repetitions; repetition += 1)
      first.push(await runAlone(bench, what, 120));
    const { problem } = instanceOf(world, what);
    report.progress(`cold and warm: ${what.services} x ${what.locations}`);
    for (let warming = 0; warming < 3; warming += 1) run(bench, problem, { deadline: what.deadline });
    const warm = Array.from({ length: repetitions }, () => run(bench, problem, { deadline: what.deadline }));
    const overruns = [
      first.map(({ wall }) => Math.max(0, wall - what.deadline)),
      warm.map(({ overrun }) => overrun),
    ] as const;
    const allowed = Math.max(5, what.deadline / 10);
    rows.push([
      `${what.services} x ${what.locations}, ${ms(what.deadline)}`,
      `${first.filter(({ sound }) => sound === 1).length}/${repetitions}`,
      ms(median(first.map(({ wall }) => wall))),
      ms(worst(overruns[0])),
      `${warm.filter(({ sound }) => sound === 1).length}/${repetitions}`,
      ms(median(warm.map(({ wall }) => wall))),
      ms(worst(overruns[1])),
      ms(allowed),
    ]);
  }
  report.table(
    'Cold and warm',
    [
      'size and deadline',
      'cold: feasible',
      'time',
      'overrun worst',
      'warm: feasible',
      'time',
      'overrun worst',
      'overrun allowed',
    ],
    rows,
    ['Cold: the first call of a process. Allowed is the larger of 5 ms and a tenth of the deadline.'],
  );
}
