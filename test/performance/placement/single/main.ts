/** Solves one generated problem once and prints the figures as JSON; started by the benchmark. */
import { check } from '../../../../src/engine/check.ts';
import { solve } from '../../../../src/engine/solve.ts';
import { batchOf } from '../generator/batch.ts';
import { instanceOf } from '../generator/instance.ts';
import { readWorld } from '../generator/regiondata.ts';
import { syntheticWorld } from '../generator/regions.ts';
import { acquainted, certificate, run } from '../measure.ts';
import type { Alone, AloneAnswer } from './alone.ts';

const { what, seed, data } = JSON.parse(process.argv[2] ?? '{}') as {
  what: Alone;
  seed: number;
  data?: string;
};
const world = data === undefined ? syntheticWorld() : readWorld(data);
const { problem } = what.kind === 'batch' ? batchOf(world, what) : instanceOf(world, what);
const engine = what.known ? acquainted({ solve, seed }, problem) : { solve, seed };
const heldMegabytes = Math.round(process.memoryUsage.rss() / 1e6);
let megabytes = 0;
const judged = run(engine, problem, {
  deadline: what.deadline,
  referee: {
    judge: (result) => {
      megabytes = Math.round((process.resourceUsage().maxRSS * 1024) / 1e6);
      return check(problem, result);
    },
    terms: () => {
      throw new Error('not asked for');
    },
  },
});
const answer: AloneAnswer = {
  wall: judged.wall,
  cpu: judged.cpu,
  first: judged.first,
  sound: judged.sound,
  broken: judged.broken,
  certificate: certificate(judged),
  maxMegabytes: megabytes,
  heldMegabytes,
};
console.log(JSON.stringify(answer));
