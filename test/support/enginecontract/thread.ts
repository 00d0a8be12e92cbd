import { parentPort, workerData } from 'node:worker_threads';
import type { Problem } from '../../../src/engine/problem.ts';
import { solve } from '../../../src/engine/solve.ts';
import { OPTIONS } from './options.ts';

const { problem, work } = workerData as { problem: Problem; work: number };
parentPort!.postMessage(JSON.stringify(solve(problem, { ...OPTIONS, work })));
