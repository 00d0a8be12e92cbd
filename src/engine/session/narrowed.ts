import type { Gqap, Network } from '../gqap/gqap.ts';
import type { Touched } from './livemodel.ts';

/**
 * A problem on some of its locations, kept in step with the whole one. `kept` has the location of each index;
 * those of callers outside must be among them. O(variables x kept + kept squared)
 */
export class Narrowed {
  readonly gqap: Gqap;
  readonly kept: Int32Array;
  readonly #whole: Gqap;
  readonly #index: ReadonlyMap<number, number>;

  constructor(whole: Gqap, locations: Iterable<number>) {
    const kept = Int32Array.from(new Set(locations)).sort();
    const { variables, resources, locations: m, zone, room, unary, nearest, bandwidth } = whole;
    this.#whole = whole;
    this.kept = kept;
    this.#index = new Map(Array.from(kept, (k, at) => [k, at]));
    const costs = new Float64Array(variables * kept.length);
    for (let i = 0; i < variables; i += 1) gather(unary, i * m, kept, costs, i * kept.length);
    const left = new Float64Array(kept.length * resources);
    const zones = [...new Set(kept.map((k) => zone[k]!))];
    this.gqap = {
      ...whole,
      locations: kept.length,
      unary: costs,
      room: left,
      zone: kept.map((k) => zones.indexOf(zone[k]!)),
      network: this.#network(whole.network),
      nearest: nearest.map((factor) => ({
        ...factor,
        callerLocation: this.indexOf(factor.callerLocation),
      })),
      bandwidth: bandwidth && { ...bandwidth, pairRoom: this.#square(bandwidth.pairRoom) },
    };
    kept.forEach((k, at) => {
      left.set(room.subarray(k * resources, (k + 1) * resources), at * resources);
    });
  }

  /** -1 where the location is left out. */
  indexOf(k: number): number {
    return this.#index.get(k) ?? -1;
  }

  /** Takes over what changed at a location that is kept. O(variables + rows x kept) */
  follow({ k, pairs, rows }: Touched): Touched {
    const { variables, resources, locations: m, unary, room, network } = this.#whole;
    const { kept, gqap } = this;
    const few = kept.length;
    const at = this.indexOf(k);
    for (let i = 0; i < variables; i += 1) gqap.unary[i * few + at] = unary[i * m + k]!;
    for (const i of rows) gather(unary, i * m, kept, gqap.unary, i * few);
    gqap.room.set(room.subarray(k * resources, (k + 1) * resources), at * resources);
    for (let l = 0; pairs && l < few; l += 1) {
      gqap.network.grams[at * few + l] = network.grams[k * m + kept[l]!]!;
      gqap.network.grams[l * few + at] = network.grams[kept[l]! * m + k]!;
    }
    return { k: at, pairs, rows };
  }

  #network({ delay, hardDelay, usd, grams, lossNats }: Network): Network {
    const delays = this.#square(delay);
    return {
      delay: delays,
      hardDelay: hardDelay === delay ? delays : this.#square(hardDelay),
      usd: this.#square(usd),
      grams: this.#square(grams),
      lossNats: this.#square(lossNats),
    };
  }

  #square(matrix: Float64Array): Float64Array {
    const { kept } = this;
    const few = kept.length;
    const square = new Float64Array(few * few);
    for (let at = 0; at < few; at += 1)
      gather(matrix, kept[at]! * this.#whole.locations, kept, square, at * few);
    return square;
  }
}

function gather(from: Float64Array, row: number, kept: Int32Array, into: Float64Array, start: number): void {
  for (let at = 0; at < kept.length; at += 1) into[start + at] = from[row + kept[at]!]!;
}
