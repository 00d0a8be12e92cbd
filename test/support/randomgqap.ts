import { type Gqap, type NearestFactor, PAIR_RULE } from '../../src/engine/gqap/gqap.ts';
import { randomOf } from './randomproblem.ts';

export interface GqapShape {
  variables: number;
  locations: number;
  /** Channels per variable. */
  channels: number;
  zones: number;
  /** Demand over room in the federation, about. */
  use: number;
  /** Share of channels with a hard limit, of variables in two parts. */
  limited?: number;
  parted?: number;
}

/**
 * A generalised quadratic assignment problem drawn at random around a hidden placement that keeps all its
 * rules: locations in the plane, zones as its regions, unary costs by location, asymmetric volume prices.
 */
export function randomGqap(seed: number, shape: GqapShape): { gqap: Gqap; hidden: Int32Array } {
  const { variables: n, locations: m, zones } = shape;
  const random = randomOf(seed);
  const resources = 2;
  const centre = Array.from({ length: zones }, () => [random() * 100, random() * 100] as const);
  const zone = Int32Array.from({ length: m }, (_, k) => (k < zones ? k : Math.floor(random() * zones)));
  const place = Array.from(
    zone,
    (z) => [centre[z]![0] + random() * 4, centre[z]![1] + random() * 4] as const,
  );
  const price = Array.from(
    { length: m },
    (_, k) => 0.6 + 0.6 * random() + (0.5 * ((zone[k]! * 7) % zones)) / zones,
  );
  const fixed = Array.from({ length: m }, () => 0.5 + random());
  const delay = new Float64Array(m * m);
  const usd = new Float64Array(m * m);
  const grams = new Float64Array(m * m);
  const lossNats = new Float64Array(m * m);
  for (let k = 0; k < m; k += 1) {
    for (let l = 0; l < m; l += 1) {
      if (k === l) continue;
      const away = Math.hypot(place[k]![0] - place[l]![0], place[k]![1] - place[l]![1]);
      delay[k * m + l] = 1 + away;
      usd[k * m + l] = zone[k] === zone[l] ? 0.01 : 0.02 + 0.07 * fixed[k]!;
      grams[k * m + l] = 2 + 0.3 * away;
      lossNats[k * m + l] = 1e-4 * (1 + away / 20);
    }
  }
  const demand = Float64Array.from({ length: n * resources }, () => 0.2 + 2 * random() * random());
  const room = new Float64Array(m * resources);
  const hidden = Int32Array.from({ length: n }, () => Math.floor(random() * m));
  // A walk of the hidden placement: most neighbours near one another.
  const total = demand.reduce((sum, each) => sum + each, 0) / resources;
  // Three tiers: a few large locations, some middling, many small ones at the edge.
  for (let k = 0; k < m; k += 1) {
    const tier = random();
    const size = tier < 0.15 ? 4 : tier < 0.4 ? 1 : 0.25;
    for (let r = 0; r < resources; r += 1)
      room[k * resources + r] = ((total * size) / shape.use / m) * (0.6 + 0.8 * random());
  }
  const used = new Float64Array(m * resources);
  const pairs: { from: number; to: number; own: number; limit: number; rule: number }[] = [];
  const parts: number[] = [];
  for (let i = 0; i < n; i += 1) {
    const parent = i === 0 ? -1 : Math.floor(random() * Math.min(i, 12)) + Math.max(0, i - 12);
    const near = parent < 0 ? hidden[i]! : hidden[parent]!;
    const candidates = Array.from({ length: 24 }, () => Math.floor(random() * m)).sort(
      (a, b) => delay[near * m + a]! - delay[near * m + b]! || a - b,
    );
    candidates.unshift(near);
    const fit = candidates.find((k) =>
      [0, 1].every((r) => used[k * 2 + r]! + demand[i * 2 + r]! <= room[k * 2 + r]!),
    );
    hidden[i] = fit ?? near;
    for (let r = 0; r < 2; r += 1) used[hidden[i]! * 2 + r] = used[hidden[i]! * 2 + r]! + demand[i * 2 + r]!;
    for (let c = 0; c < shape.channels; c += 1) {
      if (
        i === 0 ||
        (c >= 1 &&
          random() > shape.channels - Math.floor(shape.channels) + (c < Math.floor(shape.channels) ? 1 : 0))
      )
        continue;
      const from = c === 0 ? parent : Math.floor(random() * i);
      if (from === i || from < 0) continue;
      pairs.push({ from, to: i, own: 0.2 + 2 * random() ** 3, limit: random(), rule: PAIR_RULE.Any });
    }
    if (i > 1 && random() < (shape.parted ?? 0)) parts.push(i);
  }
  for (let at = 0; at < room.length; at += 1) room[at] = Math.max(room[at]!, used[at]!);
  for (const i of parts)
    if (zone[hidden[i]!] !== zone[hidden[i - 1]!])
      pairs.push({
        from: i - 1,
        to: i,
        own: 0,
        limit: 1,
        rule: random() < 0.5 ? PAIR_RULE.OtherZone : PAIR_RULE.OtherLocation,
      });
  const unary = Float64Array.from({ length: n * m }, (_, at) => {
    const [i, k] = [Math.floor(at / m), at % m];
    const allowed = k === hidden[i] || random() > 0.25;
    return allowed ? (0.5 * demand[2 * i]! * price[k]! + 0.05 * random()) / n : Number.POSITIVE_INFINITY;
  });
  const nearest: NearestFactor[] = parts.flatMap((i): NearestFactor[] => {
    const caller = (i + 3) % n;
    if (caller === i || caller === i - 1) return [];
    const outside = random() < 0.2;
    return [
      {
        caller: outside ? -1 : caller,
        callerLocation: outside ? hidden[caller]! : -1,
        callees: Int32Array.of(i - 1, i),
        perMs: 0.008 / n,
        perUSD: 2 / n,
        perGram: 0.008 / n,
        perNat: 4 / n,
        maxDelay: Number.POSITIVE_INFINITY,
        rule: PAIR_RULE.Any,
        mbps: 0,
      },
    ];
  });
  const costs = (factor: number) => Float64Array.from(pairs, ({ own }) => (factor * own) / n);
  return {
    hidden,
    gqap: {
      variables: n,
      locations: m,
      resources,
      unary,
      demand,
      room,
      zone,
      network: { delay, hardDelay: delay.slice(), usd, grams, lossNats },
      pairs: {
        count: pairs.length,
        from: Int32Array.from(pairs, ({ from }) => from),
        to: Int32Array.from(pairs, ({ to }) => to),
        perMs: costs(0.008),
        perUSD: costs(2),
        perGram: costs(0.008),
        perNat: Float64Array.from(pairs, ({ own }) => (own > 0 ? 4 / n : 0)),
        maxDelay: Float64Array.from(pairs, ({ from, to, limit }) =>
          limit < (shape.limited ?? 0)
            ? delay[hidden[from]! * m + hidden[to]!]! * (1 + limit) + 2
            : Number.POSITIVE_INFINITY,
        ),
        rule: Uint8Array.from(pairs, ({ rule }) => rule),
        mbps: new Float64Array(pairs.length),
      },
      nearest,
      constant: 0.25,
      twin: new Int32Array(n).fill(-1),
      bandwidth: undefined,
      balance: undefined,
      tight: true,
    },
  };
}
