import type { Federation, Tier } from './federation.ts';
import type { Random } from './random.ts';

type Demand = Readonly<Record<string, number>>;

/** Size of a location of a tier, relative to a cloud. */
const SIZE: Record<Tier, number> = { cloud: 1, regional: 0.35, edge: 0.15 };

/** How much nearer a location is preferred by the planted placement, ms. */
const REACH_MS = 12;

/** Most locations looked at for one service: planting 2,000 services on 5,000 locations stays quick. */
const LOOKS = 400;

/** Capacities of a federation, and what the planted placement has used of them. */
export class Room {
  readonly #federation: Federation;
  readonly #free: { cpu: number; memory: number; 'nvidia.com/gpu': number }[];
  readonly #used: { cpu: number; memory: number; 'nvidia.com/gpu': number }[];

  /** `cloudCPU`: cores of a cloud; memory is four GiB a core. */
  constructor(federation: Federation, cloudCPU: number, random: Random) {
    this.#federation = federation;
    this.#free = federation.tiers.map((tier, at) => {
      const cpu = Math.max(0.5, Number((cloudCPU * SIZE[tier] * random.between(0.8, 1.2)).toFixed(2)));
      return { cpu, memory: Number((cpu * 3).toFixed(2)), 'nvidia.com/gpu': federation.gpus[at]! };
    });
    this.#used = federation.tiers.map(() => ({ cpu: 0, memory: 0, 'nvidia.com/gpu': 0 }));
  }

  /** Sum over the locations, relative to that of one cloud. */
  static size(federation: Federation): number {
    return federation.tiers.reduce((sum, tier) => sum + SIZE[tier], 0);
  }

  /**
   * Takes a location near `near` where the demand fits; makes room on one where it fits nowhere. Nearer
   * ones are likelier, so that the planted placement is a plausible one and not the best one.
   */
  place(demand: Demand, near: number, random: Random, allowed: (location: number) => boolean): number {
    const count = this.#free.length;
    let best = -1;
    let bestScore = Number.POSITIVE_INFINITY;
    let fallback = -1;
    const start = random.integer(0, count - 1);
    const stride = count > LOOKS ? Math.floor(count / LOOKS) : 1;
    for (let look = 0; look < count; look += stride) {
      const at = look === 0 ? near : (start + look) % count;
      if (!allowed(at)) continue;
      if (fallback < 0 || this.#federation.tiers[at] === 'cloud') fallback = at;
      if (!this.#fits(demand, at)) continue;

      const score = this.#federation.delay(near, at) / REACH_MS + 2 * random.next();
      if (score < bestScore) {
        best = at;
        bestScore = score;
      }
    }
    const place = best >= 0 ? best : fallback;
    if (place < 0) throw new Error('no location is allowed');
    const used = this.#used[place]!;
    const free = this.#free[place]!;
    for (const resource of ['cpu', 'memory', 'nvidia.com/gpu'] as const) {
      used[resource] += demand[resource] ?? 0;
      free[resource] = Math.max(free[resource], Math.ceil(used[resource] * 100) / 100);
    }
    return place;
  }

  free(): { cpu: number; memory: number; 'nvidia.com/gpu': number }[] {
    return this.#free;
  }

  #fits(demand: Demand, at: number): boolean {
    const free = this.#free[at]!;
    const used = this.#used[at]!;
    return (['cpu', 'memory', 'nvidia.com/gpu'] as const).every(
      (resource) => used[resource] + (demand[resource] ?? 0) <= free[resource],
    );
  }
}
