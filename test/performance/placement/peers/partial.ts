import type { PeerChannel, PeerModel } from './model.ts';

/** A placement in the making: where the parts of each service are, and what is left of every location. */
export class Partial {
  readonly model: PeerModel;
  readonly at: number[][];
  readonly #left: Float64Array[];

  constructor(model: PeerModel) {
    this.model = model;
    this.at = model.parts.map(() => []);
    this.#left = model.free.map((free) => Float64Array.from(free));
  }

  add(service: number, location: number): void {
    this.at[service]!.push(location);
    this.#take(service, location, 1);
  }

  remove(service: number, location: number): void {
    this.at[service]!.splice(this.at[service]!.indexOf(location), 1);
    this.#take(service, location, -1);
  }

  /** Eligible, in a zone of its own, and with room. */
  allows(service: number, location: number): boolean {
    const { eligible, zone } = this.model;
    return (
      eligible[service]![location] === 1 &&
      this.fits(service, location) &&
      this.at[service]!.every((other) => zone[other] !== zone[location])
    );
  }

  fits(service: number, location: number): boolean {
    const demand = this.model.demand[service]!;
    const left = this.#left[location]!;
    for (let r = 0; r < demand.length; r += 1) if (demand[r]! > left[r]! + 1e-9) return false;
    return true;
  }

  /** Share of a resource that is left, 0 where there is none. */
  leftShare(location: number, resource: number): number {
    const free = this.model.free[location]![resource]!;
    return free > 0 ? this.#left[location]![resource]! / free : 0;
  }

  /** Objective and broken limits of the channels of a service to what is placed, as things stand. */
  channels(service: number): { cost: number; broken: number } {
    const sum = { cost: 0, broken: 0 };
    for (const index of this.model.incident[service]!) {
      const channel = this.model.channels[index]!;
      for (const k of this.at[channel.from]!) {
        const l = this.nearest(k, this.at[channel.to]!);
        if (l < 0) continue;
        sum.cost += costOf(this.model, channel, k, l) / this.model.parts[channel.from]!;
        if (exceeds(this.model, channel, k, l)) sum.broken += 1;
      }
    }
    return sum;
  }

  nearest(k: number, among: readonly number[]): number {
    const { delay, locations } = this.model;
    let best = -1;
    for (const l of among) {
      if (best < 0 || delay[k * locations + l]! < delay[k * locations + best]!) best = l;
      else if (delay[k * locations + l]! === delay[k * locations + best]! && l < best) best = l;
    }
    return best;
  }

  #take(service: number, location: number, sign: number): void {
    const demand = this.model.demand[service]!;
    for (let r = 0; r < demand.length; r += 1) this.#left[location]![r]! -= sign * demand[r]!;
  }
}

export function costOf(model: PeerModel, channel: PeerChannel, k: number, l: number): number {
  if (k === l) return 0;
  const at = k * model.locations + l;
  return (
    channel.perMs * model.delay[at]! +
    channel.perUSD * model.usd[at]! +
    channel.perGram * model.grams[at]! +
    channel.perNat * model.nats[at]!
  );
}

export function exceeds(model: PeerModel, channel: PeerChannel, k: number, l: number): boolean {
  return k !== l && model.delay[k * model.locations + l]! > channel.maxDelay * (1 + 1e-9);
}
