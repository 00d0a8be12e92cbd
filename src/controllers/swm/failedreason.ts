import { conflictSentence } from '../../engine/reasons/sentence.ts';
import type { ApplicationResult } from '../../engine/result.ts';

/** Why an attempt failed; `reason` where there is more to say than the rules in conflict. */
export type Failure = Pick<ApplicationResult, 'verdict' | 'conflict' | 'relaxations'> & { reason?: string };

/** What the schema allows. */
const MOST = 2048;
const MOST_NEAREST = 520;

/**
 * One sentence for the author of an app that has no place: what it asks for that cannot be had together, the
 * nearest change that would do, and the command to make it.
 */
export function failedReason(
  { verdict, reason, conflict, relaxations }: Failure,
  { namespace, name }: { namespace: string; name: string },
): string {
  if (reason !== undefined) return cut(reason, MOST);
  const messages = [...new Set(conflict.map(({ message }) => message))];
  if (verdict === 'Deferred') return cut(`waits for capacity: ${messages.join('; ')}`, MOST);
  if (verdict !== 'Infeasible') {
    const none = 'no placement was found within the work budget, and it is not proved that there is none';
    return cut([none, ...messages].join(': '), MOST);
  }
  const nearest = relaxations[0] ? `. Nearest: ${cut(relaxations[0].message, MOST_NEAREST)}` : '';
  const next = `. Try: kubectl edit codecoapp ${name} -n ${namespace}`;
  // What helps must survive the cut of a long list of conflicts.
  return cut(conflictSentence(conflict), MOST - nearest.length - next.length) + nearest + next;
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
