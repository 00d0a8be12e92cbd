import { type Factor, LIMIT } from './terms.ts';

/**
 * Two parts of a service that must be apart, and what both share a channel with: one factor for the bound.
 * Taken pair by pair the relaxation puts half of each part, and of the other end, on each of two locations,
 * where nobody pays for the distance that the rule imposes (an odd cycle). The messages stay those of the two
 * channels, of which the first speaks for both to the other end; placing uses the channels as they are.
 */
export interface Joint {
  readonly kind: 'Zone' | 'Location';
  /** Factors of the channels. */
  readonly first: number;
  readonly second: number;
  /** Variables of the parts, in the order of the channels, and of the other end. */
  readonly parts: readonly [number, number];
  readonly other: number;
}

/** Joint factor by channel. Each part is in one couple alone, so that three parts give one. O(factors squared) at worst. */
export function jointsOf(factors: readonly Factor[]): (Joint | undefined)[] {
  const joints: (Joint | undefined)[] = factors.map(() => undefined);
  const coupled = new Set<number>();
  const channelsOf = new Map<number, number[]>();
  factors.forEach(({ members, nearest, limit }, at) => {
    if (nearest || members.length !== 2 || isApart(limit)) return;
    for (const i of members) channelsOf.set(i, [...(channelsOf.get(i) ?? []), at]);
  });
  for (const { members, limit, nearest } of factors) {
    const [a, b] = members as [number, number];
    if (nearest || !isApart(limit) || coupled.has(a) || coupled.has(b)) continue;
    let found = false;
    for (const first of channelsOf.get(a) ?? []) {
      const side = factors[first]!.members.indexOf(a);
      const other = factors[first]!.members[1 - side]!;
      const second = (channelsOf.get(b) ?? []).find((at) => {
        const { members: ends } = factors[at]!;
        return joints[at] === undefined && ends[side] === b && ends[1 - side] === other;
      });
      if (other === b || second === undefined || joints[first] !== undefined) continue;
      const kind = limit === LIMIT.OtherZone ? 'Zone' : 'Location';
      joints[first] = joints[second] = { kind, first, second, parts: [a, b], other };
      found = true;
    }
    if (found) for (const i of members) coupled.add(i);
  }
  return joints;
}

function isApart(limit: number): boolean {
  return limit === LIMIT.OtherZone || limit === LIMIT.OtherLocation;
}
