import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { modelOf } from '../../test/support/enginemodel.ts';
import { refereeOf } from './check.ts';
import { compile } from './gqap/compile.ts';
import { parseProblem } from './parse.ts';
import { alternativesOf } from './reasons/alternatives.ts';
import { capacityAdvice } from './reasons/capacityadvice.ts';
import type { Result } from './result.ts';
import { solve } from './solve.ts';
import { RESULT_FORMAT } from './vocabulary.ts';

/** The page, whose example is the problem that is solved here. */
const PAGE = readFileSync(new URL('../../docs/engine.md', import.meta.url), 'utf8');
const PROBLEM = parseProblem(JSON.parse(/```json\n([\s\S]*?)```/.exec(PAGE)![1]!));
const OPTIONS = { work: 1e8, seed: 1, clock: () => 0, cancelled: () => false };

const placed = (web: string, db: string): Result => ({
  format: RESULT_FORMAT,
  engine: 'by hand',
  seed: 0,
  work: 0,
  prices: {},
  applications: [
    {
      application: 'shop',
      verdict: 'Feasible',
      services: [
        { service: 'web', shares: [{ location: web, replicas: 1 }], ruledOut: [] },
        { service: 'db', shares: [{ location: db, replicas: 1 }], ruledOut: [] },
      ],
      channels: [],
      terms: {},
      normalised: {},
      proof: 'None',
      conflict: [],
      relaxations: [],
      dropped: [],
    },
  ],
});

describe('the example that docs/engine.md works out by hand', () => {
  it('has the four placements of the table, with their objectives', () => {
    const rows = [...PAGE.matchAll(/^\| ([ab]) +\| ([ab]) +\| .* \| (\d\.\d{4}) +\| (.*?) +\|$/gm)];
    expect(rows).toHaveLength(4);
    const referee = refereeOf(PROBLEM);
    for (const [, web, db, objective, room] of rows) {
      const { normalised } = referee.terms(placed(web!, db!), PROBLEM.applications[0]!);
      const sum = 0.5 * normalised.cost! + 0.5 * normalised.delay!;
      expect(sum.toFixed(4)).toBe(objective);
      expect(referee.judge(placed(web!, db!)).length === 0).toBe(room === 'fits');
    }
  });

  it('has the unary and pair costs of the page, and the bounds at price 0 and 1/6', () => {
    const { model, load } = modelOf(PROBLEM, false);
    const { unary, pairs, network } = compile(model, load);
    expect([...unary].map((cost) => cost.toFixed(6))).toEqual(
      [1 / 6, 1 / 3, 1 / 6, 1 / 3].map((cost) => cost.toFixed(6)),
    );
    const cross = (k: number, l: number) => pairs.perMs[0]! * network.delay[k * 2 + l]!;
    expect(cross(0, 1)).toBeCloseTo(1, 12);
    const bound = (price: number) => {
      const onA = (k: number) => (k === 0 ? price : 0);
      const all = [0, 1].flatMap((k) =>
        [0, 1].map((l) => unary[k]! + unary[2 + l]! + cross(k, l) + onA(k) + onA(l)),
      );
      return Math.min(...all) - price;
    };
    expect(bound(0)).toBeCloseTo(1 / 3, 12);
    expect(bound(1 / 6)).toBeCloseTo(1 / 2, 12);
    expect([0.1, 0.15, 0.18, 0.3].every((price) => bound(price) < bound(1 / 6))).toBe(true);
    expect(PAGE).toContain(`at most ${((2 / 3 / (1 / 2) - 1) * 100).toFixed(1)} % above`);
  });

  it('is proved optimal with both on b', () => {
    const [answer] = solve(PROBLEM, OPTIONS).applications;
    expect(answer).toMatchObject({ verdict: 'Optimal', proof: 'Search', terms: { cost: 4, delay: 0 } });
    expect(answer!.objective).toBeCloseTo(2 / 3, 12);
    expect(answer!.lowerBound).toBe(answer!.objective);
    expect(answer!.services.map(({ shares }) => shares[0]!.location)).toEqual(['b', 'b']);
  });

  it('costs 125 % more with web forced onto a, and saves 2 USD/h with a core more there', () => {
    const result = solve(PROBLEM, OPTIONS);
    const [forced] = alternativesOf(PROBLEM, result, 'shop', 'web', solve, OPTIONS);
    expect(forced).toMatchObject({ location: 'a', kind: 'AtLeast' });
    expect(forced?.kind === 'AtLeast' && forced.share).toBeCloseTo(1.25, 9);
    expect(PAGE).toContain('125 % more');
    const [advice] = capacityAdvice(PROBLEM, result, 'shop', solve, OPTIONS);
    expect(advice).toMatchObject({ location: 'a', resource: 'cpu', amount: 1, saved: { cost: 2 } });
  });
});
