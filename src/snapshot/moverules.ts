import { readAge } from '../api/duration.ts';
import { isOpen, type MoveWindow, nextOpening, readWindow } from './movewindow.ts';
import type { Snapshot } from './snapshot.ts';

/** What the policies of a namespace say about moving applications that run. */
export interface MoveRules {
  /** Apps of the namespace that may be moved within {@link BUDGET_MS}. */
  budget: number;
  cooldownMs: number;
  /** Every list must have an open window; none: any time. */
  windows: readonly (readonly MoveWindow[])[];
  /** Share of the objective that a move must gain. */
  leastGain: number;
}

type Moves = NonNullable<Snapshot['policies'][number]['spec']['moves']>;

/** The time that a budget is for. */
export const BUDGET_MS = 3_600_000;
const DEFAULTS = { budget: 1, cooldownMs: 3_600_000, leastGain: 0.1 };

/**
 * The strictest of each rule: least budget, longest cooldown, largest gain, and a window of every policy that
 * names any. A rule that no policy states is the default; a window that nobody can read never opens.
 */
export function strictestMoves(stated: readonly Moves[]): MoveRules {
  const given = <T>(values: readonly (T | undefined)[]) => values.filter((value) => value !== undefined);
  const budgets = given(stated.map(({ budget }) => budget));
  const gains = given(stated.map(({ leastGain }) => leastGain));
  const cooldowns = given(stated.map(({ cooldown }) => cooldown)).map(cooldownMs);
  return {
    budget: budgets.length > 0 ? Math.min(...budgets) : DEFAULTS.budget,
    cooldownMs: cooldowns.length > 0 ? Math.max(...cooldowns) : DEFAULTS.cooldownMs,
    windows: given(stated.map(({ windows }) => windows))
      .filter((windows) => windows.length > 0)
      .map((windows) => given(windows.map(readWindow))),
    leastGain: gains.length > 0 ? Math.max(...gains) : DEFAULTS.leastGain,
  };
}

/** A cooldown that nobody can read is no reason to move more often. */
function cooldownMs(text: string): number {
  const reading = readAge(text);
  return 'seconds' in reading ? reading.seconds * 1000 : 24 * 3_600_000;
}

/** Whether an app may be moved now; where not, why, and when it is worth asking again. */
export type MoveVerdict = { may: true } | { may: false; why: string; againAt: number | undefined };

/**
 * Whether an app that runs may be moved now. The loss of a cluster does not ask: it moves at once.
 *
 * @param movedAt when this app was last moved, ms since the epoch
 * @param others when other apps of its namespace were last moved
 */
export function mayMove(
  rules: MoveRules,
  now: number,
  movedAt: number | undefined,
  others: readonly number[],
): MoveVerdict {
  if (rules.budget === 0) return { may: false, why: 'the budget for moves is 0', againAt: undefined };
  const closed = rules.windows.filter((windows) => !windows.some((window) => isOpen(window, now)));
  if (closed.length > 0) {
    const openings = closed.map((windows) => Math.min(...windows.map((window) => nextOpening(window, now))));
    const at = Math.max(...openings);
    if (!Number.isFinite(at)) {
      return { may: false, why: 'no window for moves can be read', againAt: undefined };
    }
    return { may: false, why: `the window for moves opens at ${iso(at)}`, againAt: at };
  }
  if (movedAt !== undefined && now - movedAt < rules.cooldownMs) {
    const at = movedAt + rules.cooldownMs;
    return { may: false, why: `it was moved at ${iso(movedAt)}, and rests until ${iso(at)}`, againAt: at };
  }
  const lately = others.filter((time) => now - time < BUDGET_MS).sort((a, b) => a - b);
  if (lately.length >= rules.budget) {
    const at = lately[lately.length - rules.budget]! + BUDGET_MS;
    const why = `${lately.length} of ${rules.budget} moves of this hour are used, the next may begin at ${iso(at)}`;
    return { may: false, why, againAt: at };
  }
  return { may: true };
}

/**
 * Share of the objective that a move gains; undefined when it is not worth it. The objective of the new place
 * holds the cost of moving, weighted by the profile, so that equal costs, and a gain that does not pay for
 * the disruption, move nothing.
 */
export function worthMoving(rules: MoveRules, stay: number, go: number): number | undefined {
  if (!(stay > 0) || !(go < stay)) return undefined;
  const gain = (stay - go) / stay;
  return gain >= rules.leastGain && gain > 1e-6 ? gain : undefined;
}

function iso(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 16)}Z`;
}
