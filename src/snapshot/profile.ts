import {
  BUILT_IN_PROFILES,
  DEFAULT_PROFILE,
  type PerformanceProfile,
  type TermWeights,
} from '../api/codeco/v1alpha1/performanceprofile.ts';
import type { Profile } from '../engine/problem.ts';

export interface ChosenProfile {
  name: string;
  weights: Profile;
  notes: string[];
}

/**
 * The weights behind the name in an app: those of the object of that name, else the built-in ones. A name
 * that nobody defines, or weights that are all zero, do not keep an app from running: it is placed by the
 * default profile, and the evidence says so.
 */
export function profileOf(
  profiles: readonly PerformanceProfile[],
  wanted: string | undefined,
): ChosenProfile {
  const name = wanted === undefined || wanted === '' ? DEFAULT_PROFILE : wanted;
  const weights = weightsBehind(profiles, name);
  if (weights !== undefined && Object.values(weights).some((weight) => (weight ?? 0) > 0)) {
    return { name, weights: complete(weights), notes: [] };
  }
  const why = weights === undefined ? 'does not exist' : 'weighs nothing';
  return {
    name: DEFAULT_PROFILE,
    weights: complete(BUILT_IN_PROFILES[DEFAULT_PROFILE] ?? { cost: 1 }),
    notes: [`PerformanceProfile ${name} ${why}: placed by ${DEFAULT_PROFILE}`],
  };
}

function weightsBehind(profiles: readonly PerformanceProfile[], name: string): TermWeights | undefined {
  // Names of objects are lower case, and people write the profile with a capital.
  const object = profiles.find(({ metadata }) => metadata.name === name.toLowerCase());
  return object?.spec.weights ?? BUILT_IN_PROFILES[name];
}

/** A term that is not named weighs nothing: here the weight, unlike a measurement, is known. */
function complete(weights: TermWeights): Profile {
  const { cost = 0, carbon = 0, delay = 0, resilience = 0, balance = 0, migration = 0 } = weights;
  return { cost, carbon, delay, resilience, balance, migration };
}
