import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { randomOf } from '../../../test/support/randomproblem.ts';
import { Problem } from '../problem.ts';
import { PROBLEM_FORMAT } from '../vocabulary.ts';
import type { Paths } from './paths.ts';
import { PathTable } from './pathtable.ts';

const app = { id: 'x', profile: { cost: 1 }, services: [{ id: 's', demand: {} }] };

function randomNetwork(seed: number): Problem {
  const random = randomOf(seed);
  const int = (to: number) => Math.floor(random() * to);
  const ids = Array.from({ length: 2 + int(6) }, (_, at) => `l${at}`);
  const nodes = Array.from({ length: int(5) }, (_, at) => `n${at}`);
  const names = [...ids, ...nodes];
  return Problem.parse({
    format: PROBLEM_FORMAT,
    locations: ids.map((id) => ({ id, free: {} })),
    nodes,
    applications: [app],
    links: Array.from({ length: 1 + int(24) }, () => ({
      from: names[int(names.length)]!,
      to: names[int(names.length)]!,
      // Tenths: sums of different order round differently.
      delayMs: seed % 2 === 0 ? int(5) : int(8) / 10,
      usdPerGB: int(9),
      kWhPerGB: int(9),
      bidirectional: random() < 0.5,
    })).filter(({ from, to }) => from !== to),
  });
}

const countOf = (problem: Problem) =>
  problem.links.reduce((sum, { bidirectional }) => sum + (bidirectional ? 2 : 1), 0);

/** The same network with every link in one direction, so that each has its own delay. */
function withDelays(problem: Problem, delays: readonly number[]): Problem {
  const links = problem.links.flatMap((link) =>
    link.bidirectional ? [link, { ...link, from: link.to, to: link.from }] : [link],
  );
  return {
    ...problem,
    links: links.map((link, at) => ({ ...link, delayMs: delays[at]!, bidirectional: false })),
  };
}

/** Every figure of every pair, and its links. */
function figuresOf({ linksOf, ...paths }: Paths) {
  return { ...paths, links: Array.from(paths.delay, (_, pair) => linksOf(pair)) };
}

/** As it is now, whatever changes later. */
function copyOf(paths: Paths): Paths {
  const links = Array.from(paths.delay, (_, pair) => paths.linksOf(pair));
  return {
    ...paths,
    delay: paths.delay.slice(),
    usdPerGB: paths.usdPerGB.slice(),
    kWhPerGB: paths.kWhPerGB.slice(),
    lossNats: paths.lossNats.slice(),
    linksOf: (pair) => links[pair]!,
  };
}

describe('a table of paths', { timeout: 30_000 }, () => {
  it('is after any changes what a fresh one is, faster or slower, down or undone', () => {
    fc.assert(
      fc.property(
        fc.nat(100_000),
        fc.array(fc.tuple(fc.nat(1000), fc.oneof(fc.nat(6), fc.constant(Number.POSITIVE_INFINITY))), {
          minLength: 1,
          maxLength: 12,
        }),
        (seed, changes) => {
          const problem = randomNetwork(seed);
          const count = countOf(problem);
          if (count === 0) return;
          const table = new PathTable(problem);
          const delays = problem.links.flatMap(({ delayMs, bidirectional }) =>
            bidirectional ? [delayMs, delayMs] : [delayMs],
          );
          for (const [which, whole] of changes) {
            const link = which % count;
            const delay = seed % 2 === 0 ? whole : whole / 10;
            const before = figuresOf(copyOf(table.paths));
            delays[link] = delay;
            const { pairs } = table.change(link, delay);
            expect(figuresOf(table.paths)).toEqual(
              figuresOf(new PathTable(withDelays(problem, delays)).paths),
            );
            const told = new Set(pairs);
            expect(told.size).toBe(pairs.length);
            const after = figuresOf(table.paths);
            const changed = (pair: number) =>
              (['delay', 'usdPerGB', 'kWhPerGB', 'lossNats'] as const).some(
                (figure) => before[figure][pair] !== after[figure][pair],
              ) || before.links[pair]!.join() !== after.links[pair]!.join();
            expect([...after.links.keys()].filter((pair) => changed(pair) && !told.has(pair))).toEqual([]);
          }
        },
      ),
      { numRuns: 200 },
    );
  });

  it('adds up along each path what its links cost', () => {
    for (let seed = 1; seed <= 60; seed += 1) {
      const problem = randomNetwork(seed);
      const { paths } = new PathTable(problem);
      const links = problem.links.flatMap((link) => (link.bidirectional ? [link, link] : [link]));
      for (let pair = 0; pair < paths.size ** 2; pair += 1) {
        const along = paths.linksOf(pair).map((link) => links[link]!);
        const sum = (of: 'usdPerGB' | 'kWhPerGB') => along.reduce((total, link) => total + link[of]!, 0);
        expect(paths.usdPerGB[pair]).toBe(sum('usdPerGB'));
        expect(paths.kWhPerGB[pair]).toBe(sum('kWhPerGB'));
      }
    }
  });

  it('says which link or delay is wrong', () => {
    const table = new PathTable(randomNetwork(3));
    expect(() => table.change(1000, 1)).toThrow('no link 1000');
    expect(() => table.change(0, -1)).toThrow('delay of link 0 is -1');
  });
});
