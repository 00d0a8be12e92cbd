import { EPSILON, type FederationModel } from '../model/federation.ts';
import type { Flattened } from './flatten.ts';
import { type Ground, type GroundOptions, takeGround } from './ground.ts';
import { type Layout, narrowed, refined } from './layout.ts';
import { type PairFloors, pairFloorsOf, regrouped } from './pairfloors.ts';
import { Placer } from './place.ts';
import type { Prices } from './prices.ts';
import { Standing } from './standing.ts';
import { Sweep } from './sweep.ts';

/** Leaving locations out pays only where no more than this share is left. */
const NARROWER = 0.8;
/** Locations that become groups of their own once it is known which are asked for. */
const HOT = 64;

/** Rows over some locations, and what works on them. */
export interface Rows {
  readonly ground: Ground;
  readonly sweep: Sweep;
}

/** Rows that placements are looked for in as well. */
export interface View extends Rows {
  readonly placer: Placer;
}

/** The same rows twice. */
export interface Precisions {
  readonly single: Rows;
  readonly exact: Rows;
}

/**
 * The rows that a batch works on, and where everybody is: all of them follow what is left. Under prices most
 * locations are asked by nobody: the rows are laid out again over the others, and bounds again over groups
 * that part the locations most asked for.
 */
export class Views {
  /** Location by resource: room with nobody there. */
  readonly room: Float64Array;
  /** All locations. */
  readonly all: Precisions;
  whole!: View;
  /** Locations that matter under the prices. */
  narrow!: View;
  /** All locations, those most asked for as groups of their own: what bounds under prices are worked out over. */
  fine!: Precisions;
  standing!: Standing;
  /** Units of work so far. */
  work: number;
  readonly #federation: FederationModel;
  readonly #flat: Flattened;
  readonly #layout: Layout;
  readonly #floors: PairFloors;

  /** O(locations squared + variables). */
  constructor(federation: FederationModel, flat: Flattened, layout: Layout) {
    this.#federation = federation;
    this.#flat = flat;
    this.#layout = layout;
    this.#floors = pairFloorsOf(federation, layout);
    this.room = federation.free.map((free) => free * (1 + EPSILON) + EPSILON);
    this.all = {
      single: this.#take(layout, this.#floors, { precision: 'Single', places: true }),
      exact: this.#take(layout, this.#floors, { precision: 'Double' }),
    };
    this.empty();
    this.work = 8 * layout.locations ** 2 + flat.model.replicas.length * 500;
  }

  /** Begins again with nobody placed. */
  empty(): void {
    this.standing = new Standing(this.#flat.model, this.room);
    this.whole = this.#viewOf(this.all.single);
    this.narrow = this.whole;
    this.fine = this.all;
  }

  /** Looks at all locations again, everybody as they are. */
  widen(): void {
    if (this.narrow !== this.whole) this.standing.forget(this.narrow.ground);
    this.narrow = this.whole;
    this.fine = this.all;
  }

  /** Leaves out locations that do not matter, where that are enough. */
  narrowTo(mattering: Uint8Array, prices: Prices): void {
    const few = mattering.reduce((sum, each) => sum + each, 0);
    const { locations, groups } = this.#layout;
    if (few > NARROWER * locations || groups === locations) return;
    const layout = refined(this.#layout, prices.mostAsked(HOT));
    const floors = regrouped(this.#floors, this.#federation, layout);
    const narrow = narrowed(this.#layout, (k) => mattering[k] === 1);
    this.narrow = this.#viewOf(
      this.#take(narrow, this.#floors, { precision: 'Single', places: true, keeps: true }),
    );
    this.fine = {
      single: this.#take(layout, floors, { precision: 'Single' }),
      exact: this.#take(layout, floors, { precision: 'Double' }),
    };
  }

  /** Into all rows that sweeps read. */
  publish(prices: Prices): void {
    for (const { ground } of [this.whole, this.narrow, this.fine.single, this.fine.exact])
      prices.publish(ground);
  }

  /** Accounts for so many sweeps over application a. */
  spend(sweeps: number, a: number): void {
    const { variableStart, factorStart } = this.#flat.model;
    const { positions, stride } = this.narrow.ground.layout;
    const variables = variableStart[a + 1]! - variableStart[a]!;
    const factors = factorStart[a + 1]! - factorStart[a]!;
    this.work += sweeps * (variables * (positions + 300) + factors * (stride * stride + positions + 300));
  }

  #take(layout: Layout, floors: PairFloors, purpose: GroundOptions): Rows {
    const ground = takeGround(this.#federation, layout, this.#flat, floors, this.room, purpose);
    return { ground, sweep: new Sweep(this.#flat.model, ground) };
  }

  #viewOf({ ground, sweep }: Rows): View {
    this.standing.follow(ground);
    return { ground, sweep, placer: new Placer(this.#flat.model, ground, sweep, this.standing) };
  }
}
