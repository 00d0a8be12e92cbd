import { parentPort } from 'node:worker_threads';
import { answersOf, runtimeCases } from './cases.ts';

/** Answers every `share`-th case from `first` on, in a thread of its own. */
parentPort!.on('message', ({ first, share }: { first: number; share: number }) => {
  parentPort!.postMessage(answersOf(runtimeCases().filter((_, at) => at % share === first)));
});
