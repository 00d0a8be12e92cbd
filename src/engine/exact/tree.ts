import { beam } from './beam.ts';
import { chooseBranch } from './branch.ts';
import { Heap, type Node } from './heap.ts';
import { offer } from './incumbent.ts';
import { optimise, PRUNED } from './optimise.ts';
import { loadNode, takeSnapshot } from './snapshot.ts';
import { EPS, type State } from './state.ts';

/** How a search goes about it; the feasibility version differs in figures only. */
export interface Manner {
  goal: 'Cost' | 'Feasibility';
  /** Passes and first price step at each node. */
  passes: number;
  step: number;
  /** Nodes between two dives, and between two wide beams. */
  diveEvery: number;
  beamEvery: number;
  /** Nodes after which a search that has found no placement gives up. */
  patience: number;
}

/** Memory for open nodes; a search that would need more ends with the bound it has. */
const MOST_BYTES = 300e6;
const DIVE_BEAM = 8;
const WIDE_BEAM = 12;

/**
 * Best-first branch and bound. Children are not evaluated when they are created: their first bound is the
 * parent's with the reduced cost of the decision. From time to time a dive follows the "on" child until it
 * is pruned. `improve` runs between nodes. Returns the least bound that is still open, the incumbent's cost
 * when none is, and whether the tree was closed.
 */
export function searchTree(
  state: State,
  rootBound: number,
  manner: Manner,
  improve: () => void,
): { bound: number; closed: boolean } {
  const open = new Heap();
  let bytes = 0;
  let serial = 0;
  let dive = branch(state, rootBound, true);
  let nodes = 0;

  function branch(at: State, bound: number, diving: boolean): Node | undefined {
    offer(at, at.rounded);
    const choice = chooseBranch(at, manner.goal);
    // Every variable has one label: the rounding was all there is here.
    if (!choice) return undefined;
    const { variable } = choice;
    const first = variable * at.m;
    const label = at.lab[first + choice.at]!;
    let others = Number.POSITIVE_INFINITY;
    for (let t = 0; t < at.cnt[variable]!; t += 1) {
      if (t !== choice.at && at.keptTh[first + t]! < others) others = at.keptTh[first + t]!;
    }
    const on = Math.max(bound, at.keptBase + at.keptTh[first + choice.at]!);
    const off = Math.max(bound, at.keptBase + others);
    const parent = takeSnapshot(at);
    bytes += parent.bytes;
    let next: Node | undefined;
    if (off <= at.ub - EPS) {
      serial += 1;
      open.push({ bound: off, parent, variable, label, on: false, serial });
    }
    if (on <= at.ub - EPS) {
      serial += 1;
      const node = { bound: on, parent, variable, label, on: true, serial };
      if (diving) next = node;
      else open.push(node);
    }
    return next;
  }

  const finish = () => {
    const least = Math.min(open.least?.bound ?? state.ub, dive?.bound ?? state.ub);
    const bound = Math.min(least, state.ub);
    return { bound, closed: bound > state.ub - EPS };
  };
  for (;;) {
    const lost = !state.found && nodes > manner.patience;
    if (!state.tick() || lost || bytes > MOST_BYTES) return finish();
    improve();
    const diving: boolean = dive !== undefined || nodes % manner.diveEvery === 0;
    const node: Node | undefined = dive ?? open.pop();
    dive = undefined;
    if (node === undefined || (node.bound > state.ub - EPS && open.size === 0))
      return { bound: state.ub, closed: true };
    // Of the heap the least bound came out: all others are as bad. A dive may just have met its end.
    if (node.bound > state.ub - EPS) continue;
    nodes += 1;
    if (!loadNode(state, node.parent, node.variable, node.label, node.on)) continue;
    const bound = optimise(state, manner.passes, manner.step, () => state.tick());
    if (bound === PRUNED) continue;
    if (diving) beam(state, DIVE_BEAM);
    else if (nodes % manner.beamEvery === 0) beam(state, WIDE_BEAM);
    dive = branch(state, Math.max(bound, node.bound), diving);
  }
}
