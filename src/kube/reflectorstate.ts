import { nextBackoff } from './backoff.ts';

/** What a reflector does next. `Listing` reads everything; `Watching` goes on from a resourceVersion. */
type Phase = ReadPhase | { name: 'BackingOff'; delayMs: number; next: ReadPhase };
type ReadPhase = { name: 'Listing' } | { name: 'Watching'; resourceVersion: string };

export interface ReflectorState {
  phase: Phase;
  /** The last wait; 0 after something worked for a while. */
  backoffMs: number;
  /** Watches that the server refused since one worked. */
  refusals: number;
  /** No watch has been tried since the last list. */
  listIsFresh: boolean;
}

/**
 * How a phase ended.
 * - Listed: the store holds the list.
 * - ListFailed: for whatever reason.
 * - Closed: the server ended the watch in order, or nothing was heard for too long.
 * - Broken: the connection broke, or carried nonsense.
 * - Refused: the server answered the watch with a failure.
 * - Expired: 410, as answer or as event: the server no longer has what happened since.
 * - ErrorEvent: the watch carried an error other than 410.
 */
export type Outcome =
  | { kind: 'Listed'; resourceVersion: string }
  | { kind: 'ListFailed'; retryAfterMs?: number }
  | {
      kind: 'Closed' | 'Broken' | 'Refused' | 'Expired' | 'ErrorEvent';
      /** Where the next watch may go on. */
      resourceVersion: string;
      /** How long the watch was open. */
      livedMs: number;
      retryAfterMs?: number;
    };

export const START: ReflectorState = {
  phase: { name: 'Listing' },
  backoffMs: 0,
  refusals: 0,
  listIsFresh: false,
};

/** A watch that lived this long worked: what follows is a new trouble, not the old one. */
export const LIVED_MS = 5_000;

/** A resourceVersion that the server refuses this often is given up for a list (etcd restored, for one). */
const MAX_REFUSALS = 3;

/**
 * The transition function. In every cycle there is either a wait or a watch that lived {@link LIVED_MS}, so
 * no answer of a server can turn it into a hot loop; and every state has a successor, so it never gives up.
 */
export function step(state: ReflectorState, outcome: Outcome, random: number): ReflectorState {
  if (outcome.kind === 'Listed') {
    const phase: Phase = { name: 'Watching', resourceVersion: outcome.resourceVersion };
    return { ...state, phase, listIsFresh: true };
  }
  if (outcome.kind === 'ListFailed') {
    return backOff({ ...state, refusals: 0 }, { name: 'Listing' }, outcome.retryAfterMs, random);
  }
  const lived = outcome.livedMs >= LIVED_MS;
  const after: ReflectorState = {
    phase: state.phase,
    backoffMs: lived ? 0 : state.backoffMs,
    refusals: outcome.kind === 'Refused' ? state.refusals + 1 : lived ? 0 : state.refusals,
    listIsFresh: false,
  };
  const list: ReadPhase = { name: 'Listing' };
  const watch: ReadPhase = { name: 'Watching', resourceVersion: outcome.resourceVersion };
  switch (outcome.kind) {
    case 'Closed':
      return lived ? { ...after, phase: watch } : backOff(after, watch, outcome.retryAfterMs, random);
    case 'Expired':
      // A server that expires what it has just listed would be listed without end.
      return state.listIsFresh && !lived
        ? backOff(after, list, outcome.retryAfterMs, random)
        : { ...after, phase: list, refusals: 0 };
    case 'Broken':
      return backOff(after, watch, outcome.retryAfterMs, random);
    case 'Refused':
      return after.refusals >= MAX_REFUSALS
        ? backOff({ ...after, refusals: 0 }, list, outcome.retryAfterMs, random)
        : backOff(after, watch, outcome.retryAfterMs, random);
    case 'ErrorEvent':
      return backOff(after, list, outcome.retryAfterMs, random);
  }
}

function backOff(
  state: ReflectorState,
  next: ReadPhase,
  retryAfterMs: number | undefined,
  random: number,
): ReflectorState {
  const backoffMs = nextBackoff(state.backoffMs, random);
  return {
    ...state,
    backoffMs,
    phase: { name: 'BackingOff', delayMs: Math.max(backoffMs, retryAfterMs ?? 0), next },
  };
}
