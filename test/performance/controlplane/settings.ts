import { parseArgs } from 'node:util';

export const USAGE = `What the suite costs on top of Kubernetes, what it holds, and how fast it answers.

  npm run bench:control-plane -- [flags]

  --quick        one repetition and small numbers: shows that it works, its figures mean little
  --only STEPS   some of comparison,growth,scale, separated by commas (default: all)
  --entry FILE   run the controllers from this file and not from a fresh bundle of these sources
  --json FILE    all figures, for programs
  --doc FILE     the report, for people (docs/performance.md is made so)
  --from FILE    measure nothing: write the report of figures that --json kept
  --note TEXT    one sentence for the report, for example what else the machine was doing`;

export const STEPS = ['comparison', 'growth', 'scale'] as const;
export type Step = (typeof STEPS)[number];

/** How much is measured, and where it goes. */
export interface Settings {
  steps: readonly Step[];
  /** Applications and repetitions of the comparison with plain Deployments. */
  apps: number;
  repetitions: number;
  /** Numbers of applications at which the time per application is taken. */
  sizes: readonly number[];
  sizeRepetitions: number;
  /** The large federation. */
  scaleApps: number;
  clusters: number;
  /** Applications timed one after the other, and at a rate. */
  samples: number;
  ratePerSecond: number;
  entry: string | undefined;
  json: string | undefined;
  doc: string | undefined;
  from: string | undefined;
  note: string;
}

/** @throws TypeError for an unknown flag or step */
export function settingsOf(args: readonly string[]): Settings {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', default: STEPS.join(',') },
      entry: { type: 'string' },
      json: { type: 'string' },
      doc: { type: 'string' },
      from: { type: 'string' },
      note: { type: 'string', default: '' },
    },
  });
  const steps = values.only.split(',').map((name) => {
    const step = STEPS.find((candidate) => candidate === name);
    if (step === undefined) throw new TypeError(`--only ${name}: allowed are ${STEPS.join(', ')}`);
    return step;
  });
  const amounts = values.quick
    ? {
        apps: 30,
        repetitions: 1,
        sizes: [30, 60],
        sizeRepetitions: 1,
        scaleApps: 100,
        clusters: 10,
        samples: 20,
      }
    : {
        apps: 150,
        repetitions: 5,
        sizes: [150, 1000],
        sizeRepetitions: 2,
        scaleApps: 1000,
        clusters: 50,
        samples: 200,
      };
  return {
    steps,
    ...amounts,
    ratePerSecond: 4,
    entry: values.entry,
    json: values.json,
    doc: values.doc,
    from: values.from,
    note: values.note,
  };
}
