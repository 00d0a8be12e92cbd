import { instanceOf } from '../generator/instance.ts';
import { PROFILE_NAMES } from '../generator/profiles.ts';
import { type Bench, type Run, run } from '../measure.ts';
import { ms, times } from '../report/format.ts';
import { median, worst } from '../report/statistics.ts';

/** The same instances without and with bandwidth on links and residency on flows: time to the end of the proof. */
export function features(bench: Bench): void {
  const { quick, report, world, seed } = bench;
  const count = quick ? 4 : 20;
  const deadline = quick ? 2000 : 10_000;
  const pairs = Array.from({ length: count }, (_, at) => {
    report.progress(`bandwidth and residency: ${at + 1}/${count}`);
    const spec = {
      family: at % 2 === 0 ? ('sparse' as const) : ('dense' as const),
      services: 20,
      locations: 50,
      tightness: 0.25,
      profile: PROFILE_NAMES[at % PROFILE_NAMES.length]!,
      seed: seed * 1000 + 300 + at,
      // With little to carry no link would ever be narrow.
      traffic: 'bulk' as const,
    };
    const plain = instanceOf(world, spec).problem;
    const full = instanceOf(world, { ...spec, bandwidth: true, residency: true }).problem;
    const repetitions = quick ? 1 : 3;
    const runs: { plain: Run[]; full: Run[] } = { plain: [], full: [] };
    for (let repetition = 0; repetition < repetitions; repetition += 1) {
      runs.plain.push(run(bench, plain, { deadline }));
      runs.full.push(run(bench, full, { deadline }));
    }
    return {
      plain: median(runs.plain.map(({ wall }) => wall)),
      full: median(runs.full.map(({ wall }) => wall)),
      runs,
    };
  });
  const ratios = pairs.map(({ plain, full }) => full / plain);
  const all = (of: 'plain' | 'full') => pairs.flatMap(({ runs }) => runs[of]);
  report.table(
    'Bandwidth on links and residency on flows, 20 services on 50 locations',
    ['', 'feasible', 'broken rules', 'proved', 'time median', 'worst'],
    (['plain', 'full'] as const).map((of) => [
      of === 'plain' ? 'without' : 'with both',
      `${all(of).filter(({ sound }) => sound === 1).length}/${all(of).length}`,
      `${all(of).reduce((sum, { broken }) => sum + broken, 0)}`,
      `${all(of).filter(({ proved }) => proved).length}`,
      ms(median(all(of).map(({ wall }) => wall))),
      ms(worst(all(of).map(({ wall }) => wall))),
    ]),
  );
  report.goal(11, '20 x 50: time with both / time without, median', median(ratios), 1.3, times);
  report.goal(
    11,
    '20 x 50: the same, sum of times',
    pairs.reduce((sum, { full }) => sum + full, 0) / pairs.reduce((sum, { plain }) => sum + plain, 0),
    1.3,
    times,
  );
}
