import { z } from 'zod';
import type { ObjectMeta } from '../../meta.ts';
import { defineResource } from '../../resource.ts';
import { Conditions } from '../../schema.ts';
import { GROUP, VERSION } from './group.ts';

/** PerformanceProfile: objective weights behind a name such as Greenness. Built-in ones need no object. */

const weight = z.number().min(0).max(1000);

/** Weights of the terms; they are divided by their sum. */
export const TermWeights = z.strictObject({
  cost: weight.optional(),
  carbon: weight.optional(),
  delay: weight.optional(),
  resilience: weight.optional(),
  balance: weight.optional(),
  migration: weight.optional(),
});

export const PerformanceProfileSpec = z.strictObject({ weights: TermWeights });

export const PerformanceProfileStatus = z.strictObject({
  observedGeneration: z.int().optional(),
  conditions: Conditions.optional(),
});

export type PerformanceProfileSpec = z.output<typeof PerformanceProfileSpec>;
export type PerformanceProfileStatus = z.output<typeof PerformanceProfileStatus>;
export interface PerformanceProfile {
  apiVersion: string;
  kind: string;
  metadata: ObjectMeta;
  spec: PerformanceProfileSpec;
  status?: PerformanceProfileStatus;
}

export const PerformanceProfileResource = defineResource<PerformanceProfile>(
  GROUP,
  VERSION,
  'PerformanceProfile',
  'performanceprofiles',
  'Cluster',
);

export type TermWeights = z.output<typeof TermWeights>;

/** Used by name without an object on the hub; an object of the same name takes its place. */
export const BUILT_IN_PROFILES: Readonly<Record<string, TermWeights>> = {
  Balanced: { cost: 0.25, carbon: 0.25, delay: 0.25, resilience: 0.25, balance: 0.05, migration: 0.1 },
  Greenness: { cost: 0.15, carbon: 0.6, delay: 0.15, resilience: 0.1, balance: 0.05, migration: 0.1 },
  Resilience: { cost: 0.1, carbon: 0.1, delay: 0.2, resilience: 0.6, balance: 0.05, migration: 0.1 },
  Latency: { cost: 0.1, carbon: 0.1, delay: 0.7, resilience: 0.1, balance: 0.05, migration: 0.1 },
  Cost: { cost: 0.6, carbon: 0.1, delay: 0.2, resilience: 0.1, balance: 0.05, migration: 0.1 },
};

export const DEFAULT_PROFILE = 'Balanced';
