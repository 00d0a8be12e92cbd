import { test } from 'vitest';
import type { Bench } from './bench.ts';

/** Set before the first case runs. */
export interface Setting {
  bench: Bench;
}

type Body = (bench: Bench) => Promise<void>;

/**
 * A case of the Work API contract, with where it comes from: a topic of OCM's documented Work API, or
 * behaviour that was observed on OCM 1.3.
 */
export function contract(
  setting: Setting,
  topic: string,
  name: string,
  body: Body,
  timeoutMs = 60_000,
): void {
  test(`${name} [Work API contract, ${topic}]`, { timeout: timeoutMs }, () => body(setting.bench));
}

/** A case without a source: what the suite relies on, and what OCM is only believed to do. */
export function assumption(setting: Setting, name: string, body: Body, timeoutMs = 60_000): void {
  test(`${name} [assumption]`, { timeout: timeoutMs }, () => body(setting.bench));
}
