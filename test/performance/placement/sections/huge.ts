import type { Bench } from '../measure.ts';
import { ms, percent } from '../report/format.ts';
import { runAlone } from '../single/alone.ts';

/** 2,000 services on 5,000 locations, five seconds, each in a process of its own with a hard limit. */
export async function huge(bench: Bench): Promise<void> {
  const { quick, report, seed } = bench;
  if (quick) {
    report.notMeasured(9, '2,000 x 5,000', 'full run only');
    return;
  }
  const rows: string[][] = [];
  for (const [family, known] of [
    ['sparse', true],
    ['dense', true],
    ['sparse', false],
  ] as const) {
    const answer = await runAlone(
      bench,
      {
        kind: 'instance',
        deadline: 5000,
        family,
        services: 2000,
        locations: 5000,
        tightness: 0.25,
        profile: 'balanced',
        seed,
        known,
      },
      180,
    );
    rows.push([
      known ? family : `${family}, federation not known`,
      answer.failure ?? `${answer.sound}/1`,
      `${answer.broken}`,
      ms(answer.first),
      percent(answer.certificate),
      ms(answer.wall),
      megabytes(answer.heldMegabytes),
      megabytes(answer.maxMegabytes),
    ]);
    if (!known) continue;
    const seconds = family === 'sparse' ? 1000 : 5000;
    report.goal(
      9,
      `2,000 x 5,000 ${family}: first placement`,
      answer.sound === 1 ? answer.first : Number.NaN,
      seconds,
      ms,
    );
    report.goal(9, `2,000 x 5,000 ${family}: certificate after 5 s`, answer.certificate, 0.03, percent);
    report.goal(
      9,
      `2,000 x 5,000 ${family}: memory beside the problem and the matrices`,
      answer.maxMegabytes - answer.heldMegabytes,
      600,
      megabytes,
    );
  }
  report.table(
    '2,000 services on 5,000 locations, 5 s, each in a process of its own',
    [
      'family',
      'feasible',
      'broken rules',
      'first placement',
      'certificate',
      'time',
      'held before',
      'most memory',
    ],
    rows,
  );
}

function megabytes(value: number): string {
  return Number.isFinite(value) ? `${value} MB` : '-';
}
