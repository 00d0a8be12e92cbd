import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Arc, ConstraintNetwork, Spread } from './network.ts';
import { leastDelayOf, letsArc } from './network.ts';
import { satisfy } from './search.ts';

interface Small {
  locations: number;
  allowed: number[][];
  demand: number[];
  room: number[];
  delay: number[][];
  limits: { from: number; to: number; most: number }[];
  zones: number[];
  spread: number;
}

const VARIABLES = 4;

/** Four variables on a few locations; rule i is the demand of i, then the limits, the labels, the spread. */
const small: fc.Arbitrary<Small> = fc.integer({ min: 2, max: 4 }).chain((m) =>
  fc.record({
    locations: fc.constant(m),
    allowed: rows(VARIABLES, m, fc.constantFrom(1, 1, 0)),
    demand: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: VARIABLES, maxLength: VARIABLES }),
    room: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: m, maxLength: m }),
    delay: rows(m, m, fc.integer({ min: 1, max: 9 })),
    limits: fc.array(
      fc
        .record({
          from: fc.integer({ min: 0, max: VARIABLES - 1 }),
          step: fc.integer({ min: 1, max: VARIABLES - 1 }),
          most: fc.integer({ min: 0, max: 9 }),
        })
        .map(({ from, step, most }) => ({ from, to: (from + step) % VARIABLES, most })),
      { maxLength: 4 },
    ),
    zones: fc.array(fc.integer({ min: 0, max: 2 }), { minLength: m, maxLength: m }),
    spread: fc.integer({ min: 0, max: 3 }),
  }),
);

function rows(count: number, length: number, of: fc.Arbitrary<number>): fc.Arbitrary<number[][]> {
  return fc.array(fc.array(of, { minLength: length, maxLength: length }), {
    minLength: count,
    maxLength: count,
  });
}

/** Only the rules that are `on`. */
function networkOf(of: Small, on: (rule: number) => boolean): ConstraintNetwork {
  const m = of.locations;
  const labels = VARIABLES + of.limits.length;
  const arcs = of.limits.flatMap(({ from, to, most }, at): Arc[] => {
    const rule = VARIABLES + at;
    if (!on(rule)) return [];
    const none = { crossing: -1, path: -1, bandwidth: -1, mbps: 0 };
    return [
      { from, to, ...none, delay: rule, maxDelay: most, apart: undefined, apartRule: -1, ordered: false },
    ];
  });
  const spreads: Spread[] =
    of.spread > 1 && on(labels + VARIABLES)
      ? [{ rule: labels + VARIABLES, over: 'Zone', min: of.spread, most: 3, members: [0, 1, 2] }]
      : [];
  const delay = Float64Array.from(of.delay.flatMap((row, k) => row.map((ms, l) => (k === l ? 0 : ms))));
  return {
    variables: VARIABLES,
    locations: m,
    resources: 1,
    rules: labels + VARIABLES + 1,
    allowed: Uint8Array.from(of.allowed.flatMap((row, i) => row.map((each) => (on(labels + i) ? each : 1)))),
    whyNot: (i) => [labels + i],
    demand: Float64Array.from(of.demand, (amount, i) => (on(i) ? amount : 0)),
    demandRule: Int32Array.from(of.demand.keys()),
    room: Float64Array.from(of.room),
    zone: Int32Array.from(of.zones),
    delay,
    leastDelay: leastDelayOf(delay, m),
    pairRoom: undefined,
    arcs,
    choices: [],
    spreads,
    links: undefined,
    judge: (at) => {
      const zones = new Set([0, 1, 2].map((i) => of.zones[at[i]!]));
      const short = spreads.find(({ min }) => zones.size < min);
      return short && { rules: [short.rule], variables: [0, 1, 2] };
    },
  };
}

/** Whether any of all assignments keeps every rule. */
function exists(network: ConstraintNetwork): boolean {
  const m = network.locations;
  return Array.from({ length: m ** VARIABLES }, (_, code) =>
    Int32Array.from({ length: VARIABLES }, (__, i) => Math.floor(code / m ** i) % m),
  ).some((at) => keeps(network, at));
}

function keeps(network: ConstraintNetwork, at: Int32Array): boolean {
  const m = network.locations;
  const used = new Float64Array(m);
  at.forEach((k, i) => {
    used[k] = used[k]! + network.demand[i]!;
  });
  return (
    at.every((k, i) => network.allowed[i * m + k] === 1) &&
    used.every((amount, k) => amount <= network.room[k]! || amount === 0) &&
    network.arcs.every((arc) => letsArc(network, arc, at[arc.from]!, at[arc.to]!)) &&
    network.judge(at) === undefined
  );
}

describe('whether rules can be met together', () => {
  it('is answered as trying every assignment does, and a proof rests on rules that cannot be met alone', () => {
    let proofs = 0;
    fc.assert(
      fc.property(small, (of) => {
        const network = networkOf(of, () => true);
        const answer = satisfy(network, () => true);
        expect(answer.kind).toBe(exists(network) ? 'Feasible' : 'Infeasible');
        if (answer.kind === 'Feasible') expect(keeps(network, answer.at)).toBe(true);
        if (answer.kind !== 'Infeasible') return;
        proofs += 1;
        expect(exists(networkOf(of, (rule) => answer.rules[rule] === 1))).toBe(false);
      }),
      { numRuns: 2000 },
    );
    expect(proofs).toBeGreaterThan(200);
  });

  it('is left open when there is no work to spend', () => {
    const of: Small = {
      locations: 2,
      allowed: Array.from({ length: VARIABLES }, () => [1, 1]),
      demand: [3, 3, 2, 2],
      room: [5, 5],
      delay: [
        [0, 1],
        [1, 0],
      ],
      limits: [],
      zones: [0, 1],
      spread: 0,
    };
    expect(
      satisfy(
        networkOf(of, () => true),
        () => false,
      ).kind,
    ).toBe('Unknown');
    expect(
      satisfy(
        networkOf(of, () => true),
        () => true,
      ).kind,
    ).toBe('Feasible');
  });
});
