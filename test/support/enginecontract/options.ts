import type { SolveOptions } from '../../../src/engine/port.ts';
import type { ApplicationResult, Result } from '../../../src/engine/result.ts';

/** Work for a small problem, and a clock that stands still. */
export const OPTIONS: SolveOptions = { work: 200_000_000, seed: 1, clock: () => 0, cancelled: () => false };

/** ms for many problems on a busy machine. */
export const ENOUGH = { timeout: 600_000 };

export const firstOf = ({ applications }: Result): ApplicationResult => applications[0]!;
