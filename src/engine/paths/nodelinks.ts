import type { PathNetwork } from './pathnetwork.ts';

/** Links by the network node that they leave, in compressed rows: those of a node lie from `start[node]` on. */
export interface NodeLinks {
  readonly start: Int32Array;
  /** Node or location that a link leads to, nodes counted from the first one. */
  readonly target: Int32Array;
  readonly link: Int32Array;
}

/** Links from nodes into locations, by node; those whose location hangs on that link alone come first. */
export interface Leaves extends NodeLinks {
  /** End of those that hang on the node alone. */
  readonly single: Int32Array;
}

/** O(links). */
export function leavesOf({ locations: m, places, start, to, link, inStart }: PathNetwork): Leaves {
  const nodes = places - m;
  const rows = { start: new Int32Array(nodes + 1), single: new Int32Array(nodes) };
  const target: number[] = [];
  const links: number[] = [];
  for (let node = 0; node < nodes; node += 1) {
    rows.start[node] = target.length;
    for (const alone of [true, false]) {
      for (let arc = start[m + node]!; arc < start[m + node + 1]!; arc += 1) {
        const place = to[arc]!;
        if (place >= m || (inStart[place + 1]! - inStart[place]! === 1) !== alone) continue;
        target.push(place);
        links.push(link[arc]!);
      }
      if (alone) rows.single[node] = target.length;
    }
  }
  rows.start[nodes] = target.length;
  return { ...rows, target: Int32Array.from(target), link: Int32Array.from(links) };
}

/** Links between nodes. O(links). */
export function betweenOf({ locations: m, places, start, to, link }: PathNetwork): NodeLinks {
  const first = new Int32Array(places - m + 1);
  const target: number[] = [];
  const links: number[] = [];
  for (let node = 0; node < places - m; node += 1) {
    for (let arc = start[m + node]!; arc < start[m + node + 1]!; arc += 1) {
      if (to[arc]! < m) continue;
      target.push(to[arc]! - m);
      links.push(link[arc]!);
    }
    first[node + 1] = target.length;
  }
  return { start: first, target: Int32Array.from(target), link: Int32Array.from(links) };
}
