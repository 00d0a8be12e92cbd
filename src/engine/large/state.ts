import type { Gqap } from '../gqap/gqap.ts';
import { elementsOf, type KernelKind } from '../kernels/arena.ts';
import { type Joint, jointsOf } from './joint.ts';
import { type Matrices, matricesFor, type Oriented } from './matrices.ts';
import { orderOf } from './order.ts';
import { type Factor, FORBIDDEN, factorsOf, mixtureOf, scaled, scaleOf } from './terms.ts';

/** A place in a factor, with the variable that takes it and the offset of its message. */
export interface Slot {
  readonly factor: number;
  readonly variable: number;
  /** Offset of the message from the factor to the variable, by label. */
  readonly message: number;
  /** Whether members come before, after it in the order. */
  readonly later: boolean;
  readonly earlier: boolean;
}

export interface StateOptions {
  /** Most labels; a multiple of four. */
  labels?: number;
  /** Locations up to which each is a label of its own from the start. */
  single?: number;
  kernels?: KernelKind;
}

/** Most labels of an application, and of one of more variables than that. */
const [MOST_LABELS, MANY, LABELS_OF_MANY] = [128, 800, 256];
const ALL_SINGLE = 100;
/** Rows that the exact bound calculates in, beside one for each message. */
const EXACT_ROWS = 11;

/**
 * One application laid out for the large path: rows by position (sorted, padded locations) and by label, in
 * the arena of its federation. Single precision, costs in units of the average placement. Everything is
 * allocated here; only one state at a time can live on the same matrices.
 */
export class LargeState {
  readonly gqap: Gqap;
  readonly matrices: Matrices;
  readonly scale: number;
  readonly factors: readonly Factor[];
  readonly n: number;
  /** Positions. */
  readonly m: number;
  readonly R: number;
  readonly order: Int32Array;
  readonly rank: Int32Array;
  readonly slots: readonly Slot[];
  readonly slotsOf: readonly (readonly Slot[])[];
  readonly slotsIn: readonly (readonly Slot[])[];
  /** Joint factor by channel, for the bound. */
  readonly joint: readonly (Joint | undefined)[];
  readonly gamma: Float64Array;
  /** variables x resources. */
  readonly demand: Float64Array;
  /** positions x resources. */
  readonly room: Float64Array;
  /** Row length of everything by label. */
  readonly stride: number;
  /** Offsets in the arena. */
  readonly unary: number;
  readonly labelUnary: number;
  readonly labelOf: number;
  readonly table: number;
  readonly scratch: readonly number[];
  readonly wide: readonly number[];
  readonly exact: number;
  readonly labelMatrix: Readonly<Record<'delay' | 'volume' | 'loss' | 'hard', Oriented>>;
  /** 1 where two labels cannot be the same location, have to be, have to share a zone. */
  readonly mask: Readonly<Record<'differ' | 'same' | 'zone', number>>;
  labels = 0;
  /** Position of a label that is one location; -1 for the rest of a group. */
  readonly single: Int32Array;
  readonly groupOf: Int32Array;
  /** The group's label that a single location was split from; -1. */
  readonly parent: Int32Array;
  /** Zone of all locations of a label; -1 where they differ. */
  readonly labelZone: Int32Array;
  /** labels x resources; only single locations have prices. */
  readonly price: Float64Array;
  /** Offset of the same in single precision, resources x labels. */
  readonly priceRows: number;
  /** variables x labels: cheapest position of a label that is the rest of a group. */
  readonly restAt: Int32Array;
  /** Offsets of the classes in which labels of parts clash, by kind of rule and part. */
  readonly classes: Readonly<Record<'Zone' | 'Location', readonly [number, number]>>;
  work = 0;

  constructor(gqap: Gqap, { labels, single = ALL_SINGLE, kernels }: StateOptions = {}) {
    const n = gqap.variables;
    const mixture = mixtureOf(gqap);
    const whole = factorsOf(gqap, mixture);
    const many = labels ?? (n > MANY ? LABELS_OF_MANY : MOST_LABELS);
    const most = Math.max(many, gqap.locations <= single ? Math.ceil(gqap.locations / 4) * 4 + 4 : 0);
    const slotCount = whole.reduce((sum, { members }) => sum + members.length, 0);
    const padded = gqap.locations + 3 * Math.min(gqap.locations, 56) + 64;
    const workspace = elementsOf([
      ...Array.from({ length: 8 }, () => padded),
      ...Array.from({ length: 8 }, () => most),
      ...Array.from({ length: slotCount }, () => most),
      2 * n * padded,
      n * most,
      padded,
      (gqap.resources + 4) * most + 16 * gqap.resources,
      11 * most * most,
      2 * (slotCount + EXACT_ROWS) * most,
    ]);
    const matrices = matricesFor(gqap, mixture, workspace + 4096, kernels);
    const { arena, positions } = matrices;
    this.gqap = gqap;
    this.matrices = matrices;
    this.scale = scaleOf(gqap, whole, matrices.mean);
    this.factors = whole.map((factor) => scaled(factor, this.scale));
    this.n = n;
    this.m = positions;
    this.R = gqap.resources;
    this.stride = most;
    const { order, rank } = orderOf(n, this.factors, matrices.mean);
    this.order = order;
    this.rank = rank;
    this.unary = arena.take(n * positions);
    this.table = arena.take(n * positions);
    this.labelUnary = arena.take(n * most);
    this.labelOf = arena.take(positions);
    this.scratch = Array.from({ length: 8 }, () => arena.take(most));
    this.wide = Array.from({ length: 8 }, () => arena.take(positions));
    this.priceRows = arena.take(gqap.resources * most);
    this.classes = {
      Zone: [arena.take(most), arena.take(most)],
      Location: [arena.take(most), arena.take(most)],
    };
    // One where the locations' is one: the kernels then have half as much to read.
    const oriented = ({ byCaller, byCallee }: Oriented): Oriented => {
      const own = arena.take(most * most);
      return { byCaller: own, byCallee: byCaller === byCallee ? own : arena.take(most * most) };
    };
    const { delay, volume, loss, hard } = matrices;
    const labelDelay = oriented(delay);
    this.labelMatrix = {
      delay: labelDelay,
      volume: oriented(volume),
      loss: oriented(loss),
      hard: hard === delay ? labelDelay : oriented(hard),
    };
    this.mask = {
      differ: arena.take(most * most),
      same: arena.take(most * most),
      zone: arena.take(most * most),
    };
    this.joint = jointsOf(this.factors);
    this.slots = this.factors.flatMap(({ members, callerLocation }, factor) => {
      const joint = this.joint[factor];
      const ranks = (joint ? [...joint.parts, joint.other] : members).map((i) => rank[i]!);
      return members.map((variable) => {
        // A caller outside is left to the placement search: in the bound it costs nothing, and takes no share.
        const silent = callerLocation >= 0 || (joint?.second === factor && joint.other === variable);
        return {
          factor,
          variable,
          message: arena.take(most),
          earlier: !silent && ranks.some((r) => r < rank[variable]!),
          later: !silent && ranks.some((r) => r > rank[variable]!),
        };
      });
    });
    this.exact = arena.take(2 * (slotCount + EXACT_ROWS) * most);
    const byVariable: Slot[][] = Array.from({ length: n }, () => []);
    const byFactor: Slot[][] = this.factors.map(() => []);
    for (const slot of this.slots) {
      byVariable[slot.variable]!.push(slot);
      byFactor[slot.factor]!.push(slot);
    }
    this.slotsOf = byVariable;
    this.slotsIn = byFactor;
    this.gamma = Float64Array.from(
      this.slotsOf,
      (own) =>
        1 / Math.max(1, own.filter(({ earlier }) => earlier).length, own.filter(({ later }) => later).length),
    );
    this.demand = gqap.demand;
    this.room = new Float64Array(positions * this.R);
    this.single = new Int32Array(most).fill(-1);
    this.groupOf = new Int32Array(most).fill(-1);
    this.parent = new Int32Array(most).fill(-1);
    this.labelZone = new Int32Array(most).fill(-1);
    this.price = new Float64Array(most * this.R);
    this.restAt = new Int32Array(n * most).fill(-1);
    for (let p = 0; p < positions; p += 1) {
      const k = matrices.location[p]!;
      for (let r = 0; k >= 0 && r < this.R; r += 1)
        this.room[p * this.R + r] = Math.max(0, gqap.room[k * this.R + r]!);
    }
    this.#fillUnary();
  }

  #fillUnary(): void {
    const { n, m, scale, unary, matrices, gqap } = this;
    const { position, arena } = matrices;
    const { f32 } = arena;
    const { locations } = gqap;
    f32.fill(FORBIDDEN, unary, unary + n * m);
    for (let i = 0; i < n; i += 1) {
      for (let k = 0; k < locations; k += 1) {
        const cost = gqap.unary[i * locations + k]!;
        if (cost !== Number.POSITIVE_INFINITY) f32[unary + i * m + position[k]!] = cost / scale;
      }
    }
  }

  /** Unary cost of a variable on a location in units of the scale. */
  unaryOf(i: number, k: number): number {
    const cost = this.gqap.unary[i * this.gqap.locations + k]!;
    return cost === Number.POSITIVE_INFINITY ? FORBIDDEN : cost / this.scale;
  }
}
