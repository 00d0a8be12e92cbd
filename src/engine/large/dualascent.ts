import { exp } from '../arithmetic/exp.ts';
import { ln } from '../arithmetic/ln.ts';
import { split } from './labels.ts';
import { Prices } from './prices.ts';
import { SoftDemand } from './softdemand.ts';
import type { LargeState } from './state.ts';
import { priceOfRoom, sweep } from './sweep.ts';
import { layPrices } from './unary.ts';

/** Reach of the soft demand at first and after some rounds, in what a service costs on average. */
const [WIDE, NARROW, NARROWING] = [0.3, 0.055, 20];
/** Locations of which so much of the room is demanded become labels; so many at a time. */
const DEMANDED = 0.05;
const SPLITS = 32;
/** In the first rounds after each, later after every third. */
const EAGER = 8;
/** Labels that are left for the locations of the best placement. */
const RESERVED = 8;
/** So many rounds without a gain of this share, and the bound counts as settled. */
const PATIENCE = 40;
const GAIN = 2e-4;

/**
 * Raises the Lagrangian bound: sweeps of messages, labels split where the relaxation demands room, a step of
 * the prices. The best bound is kept with its messages and prices.
 */
export class DualAscent {
  /** Best so far, single precision, in units of the scale, constant left out. */
  bound = Number.NEGATIVE_INFINITY;
  rounds = 0;
  readonly #state: LargeState;
  readonly #prices: Prices;
  readonly #demand: SoftDemand;
  readonly #messages: Float32Array;
  readonly #price: Float64Array;
  #labelsKept = 0;
  #mark = Number.NEGATIVE_INFINITY;
  #stalled = 0;

  constructor(state: LargeState) {
    const { slots, stride, R } = state;
    this.#state = state;
    this.#prices = new Prices(state);
    this.#demand = new SoftDemand(state);
    this.#messages = new Float32Array(slots.length * stride);
    this.#price = new Float64Array(stride * R);
  }

  /** One sweep, in turns against the order and along it, from where the last round ended, with splits and prices from it; cut short it counts for nothing. */
  round(wanted: readonly number[] = [], stop: () => boolean = () => false): void {
    const state = this.#state;
    if (this.rounds > 0) {
      this.#split(wanted);
      this.#prices.step(state, this.#demand.use, this.#unit);
      layPrices(state);
    }
    const narrowed = Math.min(1, this.rounds / NARROWING);
    this.#demand.clear(this.#unit * WIDE * exp(narrowed * ln(NARROW / WIDE)));
    const swept = sweep(state, this.ahead, this.#demand, stop);
    if (swept === undefined) return;
    const now = swept - priceOfRoom(state);
    this.rounds += 1;
    if (now > this.bound) this.#keep(now);
    if (this.bound > this.#mark + GAIN * Math.abs(this.#mark) || this.#mark === Number.NEGATIVE_INFINITY) {
      this.#mark = this.bound;
      this.#stalled = 0;
    } else this.#stalled += 1;
  }

  /** Whether the messages tell each variable about those after it in the order, as placing along it asks for. */
  get ahead(): boolean {
    return this.rounds % 2 === 1;
  }

  /** Whether more rounds are not worth their time. */
  get settled(): boolean {
    return this.#stalled >= PATIENCE;
  }

  /** Back to the best bound; labels made since inherit from the rest that they came from. */
  restore(): void {
    const state = this.#state;
    const { f32 } = state.matrices.arena;
    if (this.bound === Number.NEGATIVE_INFINITY) return;
    state.slots.forEach(({ message }, at) => {
      const saved = at * state.stride;
      f32.set(this.#messages.subarray(saved, saved + this.#labelsKept), message);
      for (let label = this.#labelsKept; label < state.labels; label += 1)
        f32[message + label] = this.#messages[saved + state.parent[label]!]!;
    });
    state.price.fill(0);
    state.price.set(this.#price.subarray(0, this.#labelsKept * state.R));
    layPrices(state);
  }

  /** What a service costs on average, as far as the bound knows. */
  get #unit(): number {
    return Math.max(this.bound, 1e-6) / Math.max(1, this.#state.n);
  }

  #keep(bound: number): void {
    const { slots, stride, labels, price, matrices } = this.#state;
    const { f32 } = matrices.arena;
    this.bound = bound;
    this.#labelsKept = labels;
    slots.forEach(({ message }, at) => {
      this.#messages.set(f32.subarray(message, message + labels), at * stride);
    });
    this.#price.set(price);
  }

  #split(wanted: readonly number[]): void {
    const state = this.#state;
    const { load } = this.#demand;
    const room = state.stride - state.labels;
    if (room <= 0) return;
    const hot: number[] = [];
    if (this.rounds <= EAGER || this.rounds % 3 === 0)
      for (let p = 0; p < load.length; p += 1) if (load[p]! > DEMANDED) hot.push(p);
    hot.sort((a, b) => load[b]! - load[a]! || a - b);
    split(state, [...new Set([...wanted, ...hot.slice(0, Math.min(SPLITS, Math.max(0, room - RESERVED)))])]);
  }
}
