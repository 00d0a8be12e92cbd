import { compareText } from './order.ts';

/** The model of an app that is in force: the revision that holds it, and the generation that it was taken from. */
export interface Acceptance {
  revision: string;
  generation: number;
}

/**
 * Which model of an app is in force. A revision is made only of a generation that was accepted, so the newest
 * one says it by being there: nobody has to wait until status names it too. Status counts where it knows of a
 * later generation, one that brought an older model back or changed none.
 *
 * @param revisions all of this very app, by name and the generation each was made of
 */
export function acceptance(
  status: { acceptedRevision?: string | undefined; acceptedGeneration?: number | undefined } | undefined,
  revisions: readonly { name: string; generation: number }[],
): Acceptance | undefined {
  const revision = status?.acceptedRevision;
  const told =
    revision === undefined || revision === ''
      ? undefined
      : { revision, generation: status?.acceptedGeneration ?? 0 };
  const [newest] = [...revisions].sort((a, b) => b.generation - a.generation || compareText(a.name, b.name));
  if (newest === undefined || newest.generation <= (told?.generation ?? 0)) return told;
  return { revision: newest.name, generation: newest.generation };
}
