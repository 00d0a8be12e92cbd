/** The periods that the agent under test works with, in milliseconds; cases derive their deadlines from them. */
export interface Periods {
  /** Between two polls of status: once to nearly twice this. */
  statusSync: number;
  /** Longest time between two applications of an unchanged work. */
  reapply: number;
  executorRetry: number;
  evictionGrace: number;
}

/** Longest time until a poll has brought a change to the hub. */
export function pollDeadline({ statusSync }: Periods): number {
  return 2 * statusSync + SLACK;
}

/** For everything that happens at once, on a busy machine. */
export const SLACK = 10_000;

/** Short where the agent has a flag for it. */
export const LOCAL_PERIODS: Periods = {
  statusSync: 2_000,
  reapply: 6_000,
  executorRetry: 2_000,
  evictionGrace: 3_000,
};

/** OCM's agent re-applies every 4 to 6 min and asks for a refused executor every minute, whatever its flags. */
export const OCM_PERIODS: Periods = {
  statusSync: 2_000,
  reapply: 300_000,
  executorRetry: 60_000,
  evictionGrace: 3_000,
};
