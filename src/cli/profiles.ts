import { BUILT_IN_PROFILES } from '../api/codeco/v1alpha1/performanceprofile.ts';
import { nearest } from '../api/nearest.ts';
import type { Problem } from '../engine/problem.ts';
import { InputError } from './streams.ts';

/** The problem with all applications placed by a built-in profile. */
export function withProfile(problem: Problem, name: string | undefined): Problem {
  if (name === undefined) return problem;
  const weights = BUILT_IN_PROFILES[name];
  if (!weights) throw new InputError(unknownProfile(name, Object.keys(BUILT_IN_PROFILES)));
  const none = { cost: 0, carbon: 0, delay: 0, resilience: 0, balance: 0, migration: 0 };
  const set = Object.entries(weights).filter(([, weight]) => weight !== undefined);
  const profile = { ...none, ...(Object.fromEntries(set) as Record<string, number>) };
  return { ...problem, applications: problem.applications.map((app) => ({ ...app, profile })) };
}

/** For a profile that nobody defines. */
export function unknownProfile(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `--profile ${name}: there is no such profile${near === undefined ? '' : `; did you mean ${near}?`} (${known.join(', ')})`;
}
