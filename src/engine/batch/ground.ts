import type { FederationModel } from '../model/federation.ts';
import type { Flattened } from './flatten.ts';
import type { Precision } from './kernels/batchkernels.ts';
import { createRowMemory, type RowMemory } from './kernels/rowmemory.ts';
import type { Layout } from './layout.ts';
import type { PairFigure, PairFloor, PairFloors } from './pairfloors.ts';

/** A location that a variable may not use; a forbidden pair. Both far above what any application costs. */
export const FORBIDDEN = 1e4;
export const BROKEN = 16;
/** Stands for a cost that nothing has. */
const NOTHING = 1e30;

/** Offsets of what is read from the caller's end, and from the callee's. */
export interface Ends {
  readonly byCaller: number;
  readonly byCallee: number;
}

/** Figures that a channel's cost is made of between groups; volume is USD and grams as one application weighs them. */
type Weighed = PairFigure | 'volume';

/** Rows over the positions of a layout that one memory keeps for a whole batch, as offsets. */
export interface Ground extends RowMemory {
  readonly layout: Layout;
  readonly resources: number;
  /** By resource: USD/h of a unit, its price in the batch, the room there is, and what of it is left. */
  readonly cost: readonly number[];
  readonly price: readonly number[];
  readonly room: readonly number[];
  readonly left: readonly number[];
  /** Least room anywhere: demands below it need not be compared. */
  readonly leastRoom: Float64Array;
  readonly cores: number;
  /** gCO2e/h of a busy core; nats. */
  readonly grams: number;
  readonly unavailability: number;
  /** 0 where services of the class may run, FORBIDDEN elsewhere. */
  readonly classes: readonly number[];
  readonly waits: readonly number[];
  readonly zero: number;
  /** Of one application: what a unit of each resource costs by position. */
  readonly unit: readonly number[];
  /** Potentials by position, of the caller and of the callee, and what is left between groups, both ways. */
  readonly potential: Readonly<Record<Weighed, Ends>>;
  readonly least: Readonly<Record<Weighed | 'hard', Ends>>;
  /** The network itself, position by position, where placements are looked for. */
  readonly network: Readonly<Record<PairFigure | 'hard', Ends>> | undefined;
  /** Failure domain, and location, by position, as whole numbers; padding has its own. The same by group, where a group has one. */
  readonly zoneClass: number;
  readonly locationClass: number;
  readonly zoneOfGroup: number;
  readonly locationOfGroup: number;
  /** First message of each application, one after the other; the same for all where none are kept. */
  readonly messages: Int32Array;
  /** Spare rows, of positions and of groups. */
  readonly wide: readonly number[];
  readonly narrow: readonly number[];
  /** What the relaxation asks for, a row for each resource, one after the other. */
  readonly use: number;
  /** Demand of the variables, variable by resource. */
  readonly demand: number;
  readonly starts: number;
  /** Rows and factors that the costs of variables are made of. */
  readonly table: number;
  readonly factors: number;
}

const WIDE = 12;
const NARROW = 10;
const FIGURES = ['delay', 'usd', 'grams', 'loss', 'volume'] as const;
const FULL = ['delay', 'usd', 'grams', 'loss', 'hard'] as const;

/** What rows are for: `places`: placements are looked for as well; `keeps`: messages stay when another application is entered. */
export interface GroundOptions {
  readonly precision: Precision;
  readonly places?: boolean;
  readonly keeps?: boolean;
}

/** Lays out what is worked on, once: after it nothing is allocated. `room` is by location and resource. */
export function takeGround(
  federation: FederationModel,
  layout: Layout,
  { model, classes, waits }: Flattened,
  floors: PairFloors,
  room: Float64Array,
  { precision, places = false, keeps = false }: GroundOptions,
): Ground {
  const { positions, stride, groups, location } = layout;
  const R = model.resources;
  const { terms, apps } = model;
  const messages = keeps ? model.messageStart[apps.length]! : model.mostMessages;
  const matrix = stride * stride;
  const whole = places ? positions * positions : 0;
  const times = (count: number, length: number) => Array.from({ length: count }, () => length);
  const memory = createRowMemory(
    precision,
    [
      ...times(5 * R + 5 + classes.length + waits.length + WIDE + 2 * FIGURES.length, positions),
      ...times(NARROW + 2, stride),
      ...times(2 * FIGURES.length + 2, matrix),
      messages * positions,
      R * positions,
      model.demand.length,
      terms,
      ...FULL.map((figure) => (floors[figure].symmetric ? 1 : 2) * whole),
    ],
    [groups + 1, terms],
  );
  const { rows } = memory;
  const wide = () => memory.take(positions);
  const each = (make: (r: number) => number) => Array.from({ length: R }, (_, r) => make(r));
  const row = (values: ArrayLike<number>, padding = 0): number => {
    const at = wide();
    for (let p = 0; p < positions; p += 1) {
      const k = location[p]!;
      rows[at + p] = k < 0 ? padding : values[k]!;
    }
    return at;
  };
  const known = (values: Float64Array) => values.map((value) => (Number.isFinite(value) ? value : 0));
  const column = (values: Float64Array, r: number) =>
    Float64Array.from({ length: layout.locations }, (_, k) => values[k * R + r]!);
  const forbidden = new Float64Array(layout.locations);
  const leastRoom = new Float64Array(R).fill(Number.POSITIVE_INFINITY);
  for (let at = 0; at < room.length; at += 1)
    if (room[at]! < leastRoom[at % R]!) leastRoom[at % R] = room[at]!;
  const ends = (floor: PairFloor | undefined): Ends => ({
    byCaller: floor ? row(floor.leaving) : wide(),
    byCallee: floor ? row(floor.entering) : wide(),
  });
  const between = (floor: PairFloor | undefined): Ends => {
    const both = { byCaller: memory.take(matrix), byCallee: memory.take(matrix) };
    for (let g = 0; floor && g < groups; g += 1) {
      for (let h = 0; h < groups; h += 1) {
        const rest = Math.min(floor.least[g * groups + h]!, NOTHING);
        rows[both.byCaller + g * stride + h] = rest;
        rows[both.byCallee + h * stride + g] = rest;
      }
    }
    return both;
  };
  const figures = <T>(make: (floor: PairFloor | undefined) => T) => ({
    delay: make(floors.delay),
    usd: make(floors.usd),
    grams: make(floors.grams),
    loss: make(floors.loss),
    volume: make(undefined),
  });
  const firstMessage = memory.take(messages * positions);
  const ground: Ground = {
    ...memory,
    layout,
    resources: R,
    cost: each((r) => row(column(federation.price, r))),
    price: each(wide),
    room: each((r) => row(column(room, r))),
    left: each((r) => row(column(room, r))),
    leastRoom,
    cores: federation.resources.indexOf('cpu'),
    grams: row(known(federation.gramsPerCore)),
    unavailability: row(known(federation.unavailability)),
    classes: classes.map((allowed) => {
      for (let k = 0; k < forbidden.length; k += 1) forbidden[k] = allowed[k] === 0 ? FORBIDDEN : 0;
      return row(forbidden, FORBIDDEN);
    }),
    waits: waits.map((values) => row(values)),
    zero: wide(),
    unit: each(wide),
    potential: figures(ends),
    least: { ...figures(between), hard: between(floors.hard) },
    network: places ? takeNetwork(federation, layout, floors, memory) : undefined,
    zoneClass: row(federation.zone, -1),
    locationClass: row([...forbidden.keys()], -1),
    zoneOfGroup: memory.take(stride),
    locationOfGroup: memory.take(stride),
    messages: model.messageStart
      .subarray(0, apps.length)
      .map((first) => firstMessage + (keeps ? first * positions : 0)),
    wide: Array.from({ length: WIDE }, wide),
    narrow: Array.from({ length: NARROW }, () => memory.take(stride)),
    use: memory.take(R * positions),
    demand: memory.take(model.demand.length),
    starts: memory.takeIntegers(groups + 1),
    table: memory.takeIntegers(terms),
    factors: memory.take(terms),
  };
  memory.i32.set(layout.start, ground.starts);
  rows.set(model.demand, ground.demand);
  for (let g = 0; g < stride; g += 1) {
    rows[ground.zoneOfGroup + g] = layout.zone[g] ?? -1;
    rows[ground.locationOfGroup + g] = g;
  }
  // Groups that only fill the stride are nowhere.
  for (const at of ground.narrow) rows.fill(NOTHING, at, at + stride);
  return ground;
}

/** One matrix where both directions are the same. O(positions squared) */
function takeNetwork(
  { network }: FederationModel,
  { positions, location, locations: m }: Layout,
  floors: PairFloors,
  { rows, take }: RowMemory,
): Ground['network'] {
  const lay = (values: Float64Array, turned: boolean): number => {
    const into = take(positions * positions);
    for (let p = 0, at = into; p < positions; p += 1) {
      const k = location[p]!;
      for (let q = 0; q < positions; q += 1, at += 1) {
        const l = location[q]!;
        if (k >= 0 && l >= 0) rows[at] = values[turned ? l * m + k : k * m + l]!;
      }
    }
    return into;
  };
  const ends = (values: Float64Array, symmetric: boolean): Ends => {
    const byCaller = lay(values, false);
    return { byCaller, byCallee: symmetric ? byCaller : lay(values, true) };
  };
  const delay = ends(network.delay, floors.delay.symmetric);
  return {
    delay,
    usd: ends(network.usd, floors.usd.symmetric),
    grams: ends(network.grams, floors.grams.symmetric),
    loss: ends(network.lossNats, floors.loss.symmetric),
    hard: network.hardDelay === network.delay ? delay : ends(network.hardDelay, floors.hard.symmetric),
  };
}
