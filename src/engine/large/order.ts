import { BIG, type Factor, LIMIT } from './terms.ts';

/** What a hard limit weighs in the choice of the forest, in units of the average placement. */
const LIMIT_WEIGHT = BIG / 64;

/**
 * Order of the sweeps: depth first over a spanning forest of greatest weight (mean cost, more for hard
 * limits), from the variable of highest degree. What matters most then lies between neighbours in the order.
 */
export function orderOf(
  n: number,
  factors: readonly Factor[],
  mean: Readonly<Record<'delay' | 'volume' | 'loss', number>>,
): { order: Int32Array; rank: Int32Array } {
  const links = factors.flatMap(({ members, perMs, perVolume, perNat, limit }) => {
    const weight =
      perMs * mean.delay +
      perVolume * mean.volume +
      perNat * mean.loss +
      (limit === LIMIT.Delay || limit === LIMIT.SameLocation ? LIMIT_WEIGHT : 0);
    return members.slice(1).map((b) => ({ a: members[0]!, b, weight: weight / (members.length - 1) }));
  });
  const degree = new Int32Array(n);
  for (const { a, b } of links) {
    degree[a] = degree[a]! + 1;
    degree[b] = degree[b]! + 1;
  }
  links.sort((x, y) => y.weight - x.weight || x.a - y.a || x.b - y.b);
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at] = parent[parent[at]!]!;
    return at;
  };
  const tree: number[][] = Array.from({ length: n }, () => []);
  for (const { a, b } of links) {
    const [x, y] = [root(a), root(b)];
    if (x === y) continue;
    parent[x] = y;
    tree[a]!.push(b);
    tree[b]!.push(a);
  }
  const order = new Int32Array(n);
  const rank = new Int32Array(n).fill(-1);
  let next = 0;
  const starts = [...tree.keys()].sort((x, y) => degree[y]! - degree[x]! || x - y);
  for (const start of starts) {
    if (rank[start]! >= 0) continue;
    const open = [start];
    while (open.length > 0) {
      const i = open.pop()!;
      if (rank[i]! >= 0) continue;
      rank[i] = next;
      order[next++] = i;
      for (let e = tree[i]!.length - 1; e >= 0; e -= 1) if (rank[tree[i]![e]!]! < 0) open.push(tree[i]![e]!);
    }
  }
  return { order, rank };
}
