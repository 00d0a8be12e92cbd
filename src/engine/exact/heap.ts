import type { Snapshot } from './snapshot.ts';

/** An open node: its bound, its parent's state, and the decision that makes it. */
export interface Node {
  readonly bound: number;
  readonly parent: Snapshot;
  readonly variable: number;
  readonly label: number;
  /** The variable is on the label, or anywhere else. */
  readonly on: boolean;
  /** Order of creation: of equal bounds the newest goes first. */
  readonly serial: number;
}

/** Binary heap of open nodes, least bound first. */
export class Heap {
  readonly #nodes: Node[] = [];

  get size(): number {
    return this.#nodes.length;
  }

  get least(): Node | undefined {
    return this.#nodes[0];
  }

  push(node: Node): void {
    const nodes = this.#nodes;
    let at = nodes.length;
    nodes.push(node);
    while (at > 0) {
      const up = (at - 1) >> 1;
      if (!precedes(node, nodes[up]!)) break;
      nodes[at] = nodes[up]!;
      at = up;
    }
    nodes[at] = node;
  }

  pop(): Node | undefined {
    const nodes = this.#nodes;
    const top = nodes[0];
    const last = nodes.pop();
    if (top === undefined || last === undefined || nodes.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= nodes.length) break;
      if (child + 1 < nodes.length && precedes(nodes[child + 1]!, nodes[child]!)) child += 1;
      if (!precedes(nodes[child]!, last)) break;
      nodes[at] = nodes[child]!;
      at = child;
    }
    nodes[at] = last;
    return top;
  }
}

function precedes(a: Node, b: Node): boolean {
  return a.bound < b.bound || (a.bound === b.bound && a.serial > b.serial);
}
