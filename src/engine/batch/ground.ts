import { type Arena, createArena, elementsOf } from '../kernels/arena.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Flattened } from './flatten.ts';
import type { Layout } from './layout.ts';
import { type NetworkMatrices, networkElements, takeNetwork } from './matrices.ts';

/** A location that a variable may not use; a forbidden pair. Both far above what any application costs. */
export const FORBIDDEN = 1e4;
export const BROKEN = 16;

/** Rows of `positions` and messages of `stride` entries that one arena keeps for a whole batch, as offsets. */
export interface Ground {
  readonly layout: Layout;
  readonly arena: Arena;
  readonly resources: number;
  /** By resource: USD/h of a unit, its price in the batch, and minus the room there is. */
  readonly cost: readonly number[];
  readonly price: readonly number[];
  readonly lack: readonly number[];
  /** Least room anywhere: demands below it need not be compared. */
  readonly leastRoom: Float64Array;
  readonly cores: number;
  /** gCO2e/h of a busy core; nats. */
  readonly grams: number;
  readonly unavailability: number;
  /** 0 where services of the class may run, FORBIDDEN elsewhere. */
  readonly classes: readonly number[];
  readonly waits: readonly number[];
  readonly network: NetworkMatrices;
  /** One message for each slot, one after the other. */
  readonly messages: number;
  /** Rows of one application, one for each resource: what a unit costs by position. */
  readonly unit: readonly number[];
  /** Spare rows of `positions`, and of `stride`. */
  readonly wide: readonly number[];
  readonly narrow: readonly number[];
  /** The start of each group, and the group of each position, as the kernels read them. */
  readonly starts: number;
  readonly groupOf: number;
  /** Failure domain by position; -1 for padding. */
  readonly zoneOf: Int32Array;
  /** By group, what parts in different zones, or locations, must differ in: integers. */
  readonly zoneClass: number;
  readonly locationClass: number;
  /** Spare vectors of `stride` double precision numbers. */
  readonly exact: readonly number[];
}

const WIDE = 4;
const NARROW = 14;
const EXACT = 3;

/**
 * Lays out what a batch works on, once: after it nothing is allocated. `room` is by location and resource.
 * O(locations squared + rows x locations).
 */
export function takeGround(
  federation: FederationModel,
  layout: Layout,
  { model, classes, waits }: Flattened,
  room: Float64Array,
): Ground {
  const { positions, stride, groups } = layout;
  const R = model.resources;
  const rows = (count: number) => Array.from({ length: count }, () => positions);
  const slots = model.slotVariable.length;
  const arena = createArena(
    elementsOf([
      ...rows(4 * R + 3 + classes.length + waits.length + WIDE),
      ...Array.from({ length: NARROW + 2 + 2 * EXACT }, () => stride),
      slots * stride,
      groups + 1,
    ]) + networkElements(federation, layout),
  );
  const row = (values: ArrayLike<number>, padding = 0): number => {
    const at = arena.take(positions);
    spread(values, arena.f32, at, layout, padding);
    return at;
  };
  const column = (values: Float64Array, r: number, sign = 1) =>
    Float64Array.from({ length: layout.locations }, (_, k) => sign * values[k * R + r]!);
  const leastRoom = new Float64Array(R).fill(Number.POSITIVE_INFINITY);
  for (let at = 0; at < room.length; at += 1)
    if (room[at]! < leastRoom[at % R]!) leastRoom[at % R] = room[at]!;
  const each = (make: (r: number) => number) => Array.from({ length: R }, (_, r) => make(r));
  const spare = (count: number, length: number) => Array.from({ length: count }, () => arena.take(length));
  const ground: Ground = {
    layout,
    arena,
    resources: R,
    cost: each((r) => row(column(federation.price, r))),
    price: each(() => arena.take(positions)),
    lack: each((r) => row(column(room, r, -1))),
    leastRoom,
    cores: federation.resources.indexOf('cpu'),
    grams: row(known(federation.gramsPerCore)),
    unavailability: row(known(federation.unavailability)),
    classes: classes.map((allowed) => {
      const at = arena.take(positions);
      const { f32 } = arena;
      const { location } = layout;
      for (let p = 0; p < positions; p += 1)
        if (location[p]! < 0 || allowed[location[p]!] === 0) f32[at + p] = FORBIDDEN;
      return at;
    }),
    waits: waits.map((values) => row(values)),
    network: takeNetwork(federation, layout, arena),
    messages: arena.take(slots * stride),
    unit: spare(R, positions),
    wide: spare(WIDE, positions),
    narrow: spare(NARROW, stride),
    starts: arena.take(groups + 1),
    groupOf: arena.take(positions),
    zoneOf: layout.location.map((k) => (k < 0 ? -1 : federation.zone[k]!)),
    zoneClass: arena.take(stride),
    locationClass: arena.take(stride),
    exact: spare(EXACT, 2 * stride),
  };
  arena.i32.set(layout.start, ground.starts);
  arena.i32.set(layout.zone, ground.zoneClass);
  for (let g = 0; g < stride; g += 1) arena.i32[ground.locationClass + g] = g;
  arena.i32.set(layout.group, ground.groupOf);
  return ground;
}

/** From the order of locations to that of positions. */
export function spread(
  values: ArrayLike<number>,
  f32: Float32Array,
  at: number,
  { location, positions }: Layout,
  padding = 0,
): void {
  for (let p = 0; p < positions; p += 1) f32[at + p] = location[p]! < 0 ? padding : values[location[p]!]!;
}

function known(values: Float64Array): Float64Array {
  return values.map((value) => (Number.isFinite(value) ? value : 0));
}
