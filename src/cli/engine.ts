import type { SolveOptions } from '../engine/port.ts';
import type { Result } from '../engine/result.ts';
import { solve } from '../engine/solve.ts';
import { RESULT_FORMAT } from '../engine/vocabulary.ts';
import type { CommonArguments } from './arguments.ts';
import type { PlacementInput } from './placementinput.ts';
import { progressOn } from './progress.ts';
import type { Streams } from './streams.ts';

/** Options for one solve that starts now. */
export function optionsOf({ work, deadlineMs, seed }: CommonArguments, streams: Streams): SolveOptions {
  const clock = () => performance.now();
  return {
    work,
    deadlineMs: clock() + deadlineMs,
    seed,
    clock,
    cancelled: () => false,
    onProgress: progressOn(streams.err, clock),
  };
}

/** Work for one of the many small questions behind an explanation, at most. */
const QUESTION_WORK = 200_000_000;

/** Options for each of the questions behind an explanation. */
export function questionOptionsOf(given: CommonArguments, streams: Streams): SolveOptions {
  return { ...optionsOf(given, streams), work: Math.min(given.work, QUESTION_WORK) };
}

/**
 * Solves the input; applications with nowhere to go are answered beside the others. The time that it took is
 * left out: the same files and seed print the same bytes.
 */
export function solveInput(input: PlacementInput, options: SolveOptions): Result {
  const { elapsedMs: _, ...result }: Result = input.problem
    ? solve(input.problem, options)
    : { format: RESULT_FORMAT, engine: 'none', seed: options.seed, work: 0, applications: [], prices: {} };
  const refused = [...input.refused].map(([application, conflict]): Result['applications'][number] => ({
    application,
    verdict: 'Infeasible',
    services: [],
    channels: [],
    terms: {},
    normalised: {},
    proof: 'Exhaustive',
    conflict,
    relaxations: [],
    dropped: [],
  }));
  return { ...result, applications: [...result.applications, ...refused] };
}
