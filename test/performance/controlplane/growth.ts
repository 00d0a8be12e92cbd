import type { Federation } from '../../../scripts/local/federation.ts';
import { plainArm, suiteArm } from './arms.ts';
import type { Growth } from './figures.ts';
import type { Observer } from './observer.ts';
import { summary } from './statistics.ts';

/** Time per application at several numbers of applications, with and without the suite, in turn. */
export async function growth(
  federation: Federation,
  observer: Observer,
  { sizes, repetitions }: { sizes: readonly number[]; repetitions: number },
): Promise<Growth> {
  const runs = sizes.map((apps) => ({
    apps,
    suite: [] as number[],
    plain: [] as number[],
    deletion: [] as number[],
  }));
  for (let repetition = 1; repetition <= repetitions; repetition += 1) {
    for (const { apps, suite, plain, deletion } of runs) {
      const run = await suiteArm(federation, observer, apps);
      suite.push((run.podsReady * 1000) / apps);
      deletion.push((run.deleted * 1000) / apps);
      plain.push(((await plainArm(federation, observer, apps)).podsReady * 1000) / apps);
      console.error(
        `  ${apps} apps, ${repetition} of ${repetitions}: ${suite.at(-1)!.toFixed(1)} ms each against ${plain.at(-1)!.toFixed(1)} ms, deleted in ${deletion.at(-1)!.toFixed(1)} ms each`,
      );
    }
  }
  return {
    sizes: runs.map(({ apps, suite, plain, deletion }) => ({
      apps,
      suiteMs: summary(suite),
      plainMs: summary(plain),
      deletionMs: summary(deletion),
    })),
  };
}
