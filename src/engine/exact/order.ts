import type { State } from './state.ts';

/**
 * Order of the sweeps: depth-first over a spanning forest of greatest weight, where a pair weighs what its
 * costs and rules can differ by. Along it most of what matters lies between neighbours. Fills the adjacency
 * (neighbours before, then after).
 */
export function orderVariables(state: State): void {
  const { n, pairs, pairA, pairB, weight } = state;
  const links: { a: number; b: number; weight: number }[] = [];
  for (let p = 0; p < pairs; p += 1) links.push({ a: pairA[p]!, b: pairB[p]!, weight: weight[p]! });
  for (let f = 0; f < state.factors; f += 1) {
    const first = state.factorStart[f]!;
    for (let e = first + 1; e < state.factorStart[f + 1]!; e += 1)
      links.push({ a: state.slotVariable[first]!, b: state.slotVariable[e]!, weight: 1e-3 });
  }
  links.sort((x, y) => y.weight - x.weight || x.a - y.a || x.b - y.b);
  const tree = spanningForest(n, links);
  const order: number[] = [];
  const seen = new Uint8Array(n);
  const visit = (i: number) => {
    seen[i] = 1;
    order.push(i);
    for (const j of tree[i]!) if (!seen[j]) visit(j);
  };
  const starts = [...tree.keys()].sort((x, y) => tree[y]!.length - tree[x]!.length || x - y);
  for (const i of starts) if (!seen[i]) visit(i);
  state.order = Int32Array.from(order);
  state.rank = new Int32Array(n);
  order.forEach((i, at) => {
    state.rank[i] = at;
  });
  fillAdjacency(state);
}

function spanningForest(n: number, links: readonly { a: number; b: number }[]): number[][] {
  const parent = Int32Array.from({ length: n }, (_, i) => i);
  const root = (i: number): number => {
    let at = i;
    while (parent[at] !== at) at = parent[at]!;
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
  return tree;
}

function fillAdjacency(state: State): void {
  const { n, pairs, pairA, pairB, rank } = state;
  const entries: { pair: number; side: number; other: number }[][] = Array.from({ length: n }, () => []);
  for (let p = 0; p < pairs; p += 1) {
    entries[pairA[p]!]!.push({ pair: p, side: 0, other: pairB[p]! });
    entries[pairB[p]!]!.push({ pair: p, side: 1, other: pairA[p]! });
  }
  state.adjStart = new Int32Array(n + 1);
  state.adjLater = new Int32Array(n);
  state.adjPair = new Int32Array(2 * pairs);
  state.adjSide = new Uint8Array(2 * pairs);
  state.adjOther = new Int32Array(2 * pairs);
  state.slotEarlier = new Int32Array(n);
  state.slotLater = new Int32Array(n);
  state.active = new Int32Array(n);
  state.openStart = new Int32Array(n);
  state.openLater = new Int32Array(n);
  state.openEnd = new Int32Array(n);
  state.openPair = new Int32Array(2 * pairs);
  state.openSide = new Uint8Array(2 * pairs);
  state.openOther = new Int32Array(2 * pairs);
  state.gamma = new Float64Array(n);
  let at = 0;
  for (let i = 0; i < n; i += 1) {
    state.adjStart[i] = at;
    const own = entries[i]!.sort((x, y) => rank[x.other]! - rank[y.other]!);
    const before = own.filter(({ other }) => rank[other]! < rank[i]!).length;
    state.adjLater[i] = at + before;
    for (const { pair, side, other } of own) {
      state.adjPair[at] = pair;
      state.adjSide[at] = side;
      state.adjOther[at] = other;
      at += 1;
    }
    for (let v = state.variableSlotStart[i]!; v < state.variableSlotStart[i + 1]!; v += 1) {
      const slot = state.variableSlots[v]!;
      const f = state.slotFactor[slot]!;
      let [first, last] = [1, 1];
      for (let e = state.factorStart[f]!; e < state.factorStart[f + 1]!; e += 1) {
        if (rank[state.slotVariable[e]!]! < rank[i]!) first = 0;
        if (rank[state.slotVariable[e]!]! > rank[i]!) last = 0;
      }
      state.slotFirst[slot] = first;
      state.slotLast[slot] = last;
      state.slotEarlier[i] = state.slotEarlier[i]! + 1 - first;
      state.slotLater[i] = state.slotLater[i]! + 1 - last;
    }
  }
  state.adjStart[n] = at;
}
