import type { ProblemInput } from '../../../../src/engine/problem.ts';

/** The five profiles of the benchmark, by what they weigh. */
export const PROFILES = {
  balanced: { cost: 0.25, carbon: 0.25, delay: 0.25, resilience: 0.25 },
  green: { cost: 0.15, carbon: 0.6, delay: 0.15, resilience: 0.1 },
  latency: { cost: 0.1, carbon: 0.1, delay: 0.7, resilience: 0.1 },
  cost: { cost: 0.6, carbon: 0.1, delay: 0.2, resilience: 0.1 },
  resilience: { cost: 0.1, carbon: 0.1, delay: 0.2, resilience: 0.6 },
} as const satisfies Record<string, ProblemInput['applications'][number]['profile']>;

export type ProfileName = keyof typeof PROFILES;
export const PROFILE_NAMES = Object.keys(PROFILES) as ProfileName[];
