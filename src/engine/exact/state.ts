import type { Gqap } from '../gqap/gqap.ts';

/**
 * Everything a search reads and writes, in flat arrays; all fields are created here, in one order, so that
 * the hot loops of the other files stay compiled for one shape. Labels are the locations that any variable
 * may use (`m` of them, `location[k]` names the original). What is indexed "by position" belongs to the
 * t-th label that variable i still has, `lab[i * m + t]`, in rising order, and costs nothing for the others.
 *
 * A pair stands for all channels and rules between two variables a < b; matrices exist by row of a (`rowsA`)
 * and by row of b (`rowsB`). Their diagonal is Infinity: both ends on one label cost `diag` (`same` at the
 * current node, where they may not fit together). Forbidden combinations cost `big`.
 */
export class State {
  readonly gqap: Gqap;
  /** Variables, labels, resources, pairs. */
  readonly n: number;
  readonly m: number;
  readonly R: number;
  readonly location: Int32Array;

  // The problem.
  unary: Float64Array = new Float64Array(0);
  /** Labels that rules on the variable alone leave, rising: matrices and tables hold these alone. */
  may: Int32Array = new Int32Array(0);
  mayCount: Int32Array = new Int32Array(0);
  demand: Float64Array = new Float64Array(0);
  room: Float64Array = new Float64Array(0);
  zone: Int32Array = new Int32Array(0);
  pairs = 0;
  pairA: Int32Array = new Int32Array(0);
  pairB: Int32Array = new Int32Array(0);
  Q: Float64Array = new Float64Array(0);
  rowsA: Int32Array = new Int32Array(0);
  rowsB: Int32Array = new Int32Array(0);
  /** The same without the order of twins: what local search walks on. */
  freeA: Int32Array = new Int32Array(0);
  freeB: Int32Array = new Int32Array(0);
  diag: Float64Array = new Float64Array(0);
  freeDiag: Float64Array = new Float64Array(0);
  same: Float64Array = new Float64Array(0);
  /** Pairs with a channel: their ends are drawn to one location. */
  drawn: Uint8Array = new Uint8Array(0);
  /** What the labels of a pair may be beside delay, one of PAIR_RULE; and whether those of its first end are lower. */
  pairRule: Uint8Array = new Uint8Array(0);
  inOrder: Uint8Array = new Uint8Array(0);
  /** Least entry of each row off the diagonal. */
  leastA: Float64Array = new Float64Array(0);
  leastB: Float64Array = new Float64Array(0);
  /** What the costs and rules of a pair can differ by: the larger, the nearer its ends are in the order. */
  weight: Float64Array = new Float64Array(0);
  /** Above every feasible cost; and what a forbidden combination costs. */
  ceiling = 1.5;
  big = 50.5;

  // Nearest factors: members are slots, the caller (if it is a variable) first.
  factors = 0;
  factorStart: Int32Array = new Int32Array(0);
  factorCaller: Int32Array = new Int32Array(0);
  /** Label of a caller that is given, -1 where the caller is a variable. */
  factorGiven: Int32Array = new Int32Array(0);
  /** Where their matrices begin in Q, and how long all of them are. */
  factorsFrom = 0;
  factorEntries = 0;
  factorRows: Int32Array = new Int32Array(0);
  factorRowsT: Int32Array = new Int32Array(0);
  slotVariable: Int32Array = new Int32Array(0);
  slotFactor: Int32Array = new Int32Array(0);
  slotFirst: Uint8Array = new Uint8Array(0);
  slotLast: Uint8Array = new Uint8Array(0);
  variableSlots: Int32Array = new Int32Array(0);
  variableSlotStart: Int32Array = new Int32Array(0);

  /** Labels that no proof at the root has removed: where local search and neighbourhoods go. */
  alive: Int32Array = new Int32Array(0);
  aliveCount: Int32Array = new Int32Array(0);

  // The graph in the order of the sweeps: of each variable first the neighbours before it.
  order: Int32Array = new Int32Array(0);
  rank: Int32Array = new Int32Array(0);
  gamma: Float64Array = new Float64Array(0);
  adjStart: Int32Array = new Int32Array(0);
  adjLater: Int32Array = new Int32Array(0);
  adjPair: Int32Array = new Int32Array(0);
  adjSide: Uint8Array = new Uint8Array(0);
  adjOther: Int32Array = new Int32Array(0);
  /** Nearest factors of a variable with members before it, and after it. */
  slotEarlier: Int32Array = new Int32Array(0);
  slotLater: Int32Array = new Int32Array(0);

  // The same graph without the variables that have one label: what the sweeps run over.
  active: Int32Array = new Int32Array(0);
  actives = 0;
  openStart: Int32Array = new Int32Array(0);
  openLater: Int32Array = new Int32Array(0);
  openEnd: Int32Array = new Int32Array(0);
  openPair: Int32Array = new Int32Array(0);
  openSide: Uint8Array = new Uint8Array(0);
  openOther: Int32Array = new Int32Array(0);
  /** Unary costs with what pairs with fixed variables cost, by position; and what the fixed ones cost. */
  own: Float64Array = new Float64Array(0);
  fixedCost = 0.5;
  contractedUse: Float64Array = new Float64Array(0);

  // The node of the tree that is looked at.
  lab: Int32Array = new Int32Array(0);
  cnt: Int32Array = new Int32Array(0);
  pos: Int32Array = new Int32Array(0);
  un: Float64Array = new Float64Array(0);
  th: Float64Array = new Float64Array(0);
  dead: Uint8Array = new Uint8Array(0);
  /** Into a: offset 2p * m; into b: (2p + 1) * m. By position. */
  msg: Float64Array = new Float64Array(0);
  slotMsg: Float64Array = new Float64Array(0);
  slotPhi: Float64Array = new Float64Array(0);
  /** By slot of a callee and position: what its caller costs at least with it; and by factor, whether that is old. */
  near: Float64Array = new Float64Array(0);
  nearStale: Uint8Array = new Uint8Array(0);
  price: Float64Array = new Float64Array(0);
  direction: Float64Array = new Float64Array(0);
  fixedUse: Float64Array = new Float64Array(0);
  /** What the labels that are left cost whatever is chosen: balance of the fixed variables, less priced room. */
  constant = 0.5;
  rounded: Int32Array = new Int32Array(0);
  use: Float64Array = new Float64Array(0);

  // The best pass at this node.
  keptMsg: Float64Array = new Float64Array(0);
  keptSlotMsg: Float64Array = new Float64Array(0);
  keptSlotPhi: Float64Array = new Float64Array(0);
  keptPrice: Float64Array = new Float64Array(0);
  keptTh: Float64Array = new Float64Array(0);
  keptBase = 0.5;

  // Scratch.
  b: Float64Array = new Float64Array(0);
  sortedAt: Int32Array = new Int32Array(0);
  sortedB: Float64Array = new Float64Array(0);
  scratch: Float64Array = new Float64Array(0);

  // The incumbent.
  best: Int32Array = new Int32Array(0);
  found = false;
  /** True cost of the incumbent without the constant of the problem; `ceiling` while there is none. */
  ub = 1.5;
  /** True cost of labels without the constant of the problem; Infinity where a rule is broken. */
  judge: (labels: Int32Array) => number = () => Number.POSITIVE_INFINITY;
  /** Delay between labels, Infinity where no path is known: which callee is the nearest. */
  hard: Float64Array = new Float64Array(0);
  /** Pair of two variables, -1 where there is none: variables x variables. */
  pairOf: Int32Array = new Int32Array(0);
  /** Two variables share a nearest factor: variables x variables. */
  entangled: Uint8Array = new Uint8Array(0);
  /** Cost of each variable on each label with all others as they are; labels of local search; its use. */
  G: Float64Array = new Float64Array(0);
  walk: Int32Array = new Int32Array(0);
  walkUse: Float64Array = new Float64Array(0);
  /** Tells the budget what was done; false: stop after this step. */
  tick: () => boolean = () => true;
  /** Work since the budget was last told. */
  work = 0.5;

  constructor(gqap: Gqap, m: number, location: Int32Array) {
    this.gqap = gqap;
    this.n = gqap.variables;
    this.m = m;
    this.R = gqap.resources;
    this.location = location;
  }
}

/** Costs only decide; feasibility only asks whether rules can be kept, with every cost 0. */
export type Goal = 'Cost' | 'Feasibility';

/** Costs closer than this count as equal: floating-point order decides nothing. */
export const EPS = 1e-10;
