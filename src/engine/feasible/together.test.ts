import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Arc, type Choice, type ConstraintNetwork, leastDelayOf, lets, letsArc } from './network.ts';
import { satisfy } from './search.ts';
import { tornApart } from './together.ts';

const VARIABLES = 6;
const LOCATIONS = 3;

interface Small {
  arcs: { from: number; to: number }[];
  choices: { caller: number; callees: number[] }[];
  /** Who must be apart, and in how many locations at least. */
  members: number[];
  min: number;
}

const variable = fc.integer({ min: 0, max: VARIABLES - 1 });
const small: fc.Arbitrary<Small> = fc.record({
  arcs: fc.array(fc.record({ from: variable, to: variable }), { maxLength: 5 }).map(withoutLoops),
  choices: fc.array(
    fc
      .uniqueArray(variable, { minLength: 3, maxLength: 3 })
      .map(([caller, ...callees]) => ({ caller: caller!, callees })),
    { maxLength: 3 },
  ),
  members: fc.uniqueArray(variable, { minLength: 2, maxLength: 3 }),
  min: fc.constantFrom(2, 2, 3),
});

function withoutLoops(arcs: Small['arcs']): Small['arcs'] {
  return arcs.filter(({ from, to }) => from !== to);
}

/** Channels that may not cross, rule by rule: arcs, then choices; the last rule is the spread. */
function networkOf(of: Small, on: (rule: number) => boolean, locations = LOCATIONS): ConstraintNetwork {
  const none = { path: -1, delay: -1, maxDelay: Number.POSITIVE_INFINITY, bandwidth: -1, mbps: 0 };
  const spread = of.arcs.length + of.choices.length;
  const arcs = of.arcs.flatMap(({ from, to }, at): Arc[] =>
    on(at) ? [{ from, to, crossing: at, ...none, apart: undefined, apartRule: -1, ordered: false }] : [],
  );
  const choices = of.choices.flatMap(({ caller, callees }, at): Choice[] =>
    on(of.arcs.length + at) ? [{ caller, place: -1, callees, crossing: of.arcs.length + at, ...none }] : [],
  );
  const { members } = of;
  const min = Math.min(of.min, members.length);
  const delay = new Float64Array(locations ** 2).map((_, at) => (at % (locations + 1) === 0 ? 0 : 1));
  return {
    variables: VARIABLES,
    locations,
    resources: 1,
    rules: spread + 1,
    allowed: new Uint8Array(VARIABLES * locations).fill(1),
    whyNot: () => [],
    demand: new Float64Array(VARIABLES),
    demandRule: new Int32Array(VARIABLES).fill(-1),
    room: new Float64Array(locations),
    zone: Int32Array.from({ length: locations }, (_, k) => k),
    delay,
    leastDelay: leastDelayOf(delay, locations),
    pairRoom: undefined,
    arcs,
    choices,
    spreads: on(spread) ? [{ rule: spread, over: 'Location', min, most: members.length, members }] : [],
    links: undefined,
    judge: (at) =>
      on(spread) && new Set(members.map((i) => at[i]!)).size < min
        ? { rules: [spread], variables: members }
        : undefined,
  };
}

function exists(network: ConstraintNetwork): boolean {
  const m = network.locations;
  return Array.from({ length: m ** VARIABLES }, (_, code) =>
    Int32Array.from({ length: VARIABLES }, (__, i) => Math.floor(code / m ** i) % m),
  ).some(
    (at) =>
      network.judge(at) === undefined &&
      network.arcs.every((arc) => letsArc(network, arc, at[arc.from]!, at[arc.to]!)) &&
      network.choices.every((choice) =>
        choice.callees.some((j) => lets(network, choice, at[choice.caller]!, at[j]!)),
      ),
  );
}

describe('a spread of what can only be together', () => {
  it('is told only with rules that no assignment keeps', () => {
    let told = 0;
    fc.assert(
      fc.property(small, (of) => {
        const conflict = tornApart(networkOf(of, () => true));
        if (!conflict) return;
        told += 1;
        expect(exists(networkOf(of, (rule) => conflict.rules.includes(rule)))).toBe(false);
      }),
      { numRuns: 2000 },
    );
    expect(told).toBeGreaterThan(100);
  });

  it('is seen through callees that are together, without work that grows with the locations', () => {
    // 1 and 2 are apart, each needs 3 or 4 beside it, and both of those need 5 beside them.
    const of: Small = {
      arcs: [
        { from: 3, to: 5 },
        { from: 4, to: 5 },
        { from: 0, to: 5 },
      ],
      choices: [
        { caller: 1, callees: [3, 4] },
        { caller: 2, callees: [3, 4] },
      ],
      members: [1, 2],
      min: 2,
    };
    let work = 0;
    const answer = satisfy(
      networkOf(of, () => true, 200),
      (units) => {
        work += units;
        return true;
      },
    );
    expect(answer).toEqual({ kind: 'Infeasible', rules: Uint8Array.from([1, 1, 0, 1, 1, 1]) });
    expect(tornApart(networkOf(of, (rule) => rule !== 0))).toBeUndefined();
    expect(work).toBeLessThan(60_000);
  });
});
