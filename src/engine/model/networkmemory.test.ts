import { describe, expect, it } from 'vitest';
import { randomProblem } from '../../../test/support/randomproblem.ts';
import type { Problem } from '../problem.ts';
import { createSolve, solve } from '../solve.ts';
import { buildFederation } from './federation.ts';
import { NetworkMemory } from './networkmemory.ts';

const OPTIONS = { work: 2_000_000, seed: 1, clock: () => 0, cancelled: () => false };

function linked(): Problem {
  for (let seed = 1; ; seed += 1) {
    const problem = randomProblem(seed);
    if (!problem.matrices && problem.links.length > 0) return problem;
  }
}

const figures = (memory: NetworkMemory, problem: Problem) =>
  buildFederation(problem, (grams) => memory.figuresOf(problem, grams)).network;

describe('what lies between locations, kept from call to call', () => {
  it('is the same object for a copy of the same links', () => {
    const memory = new NetworkMemory();
    const problem = linked();
    expect(figures(memory, structuredClone(problem))).toBe(figures(memory, problem));
  });

  it.each<[string, (problem: Problem) => void]>([
    ['a delay', ({ links }) => (links[0]!.delayMs += 1)],
    ['a loss', ({ links }) => (links[0]!.loss = 0.25)],
    ['a price', ({ links }) => (links[0]!.usdPerGB = 7)],
    ['an energy', ({ links }) => (links[0]!.kWhPerGB = 7)],
    ['a bandwidth', ({ links }) => (links[0]!.bandwidthMbps = 7)],
    ['a direction', ({ links }) => (links[0]!.bidirectional = !links[0]!.bidirectional)],
    ['a link less', ({ links }) => links.pop()],
    ['an egress price', ({ locations }) => (locations[0]!.egressUSDPerGB = { elsewhere: 1 })],
    ['a region', ({ locations }) => (locations[0]!.region = 'elsewhere')],
    ['a grid', ({ locations }) => (locations[0]!.gramsPerKWh = 4321)],
  ])('is worked out anew after %s changed in place', (_, change) => {
    const memory = new NetworkMemory();
    const problem = linked();
    const before = figures(memory, problem);
    change(problem);
    const after = figures(memory, problem);
    expect(after).not.toBe(before);
    expect(after).toEqual(buildFederation(problem).network);
  });

  it('gives the same results as a solve without memory, whatever was asked before', () => {
    const kept = createSolve();
    for (let seed = 1; seed <= 40; seed += 1) {
      const problem = randomProblem(1 + (seed >> 1));
      expect(kept(problem, OPTIONS)).toEqual(solve(problem, OPTIONS));
    }
  });
});
