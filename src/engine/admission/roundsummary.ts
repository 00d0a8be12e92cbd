import { useOf } from '../coupling/row.ts';
import type { FederationModel } from '../model/federation.ts';
import type { Problem } from '../problem.ts';
import type { ApplicationResult, LinkLoad, Result } from '../result.ts';
import type { Placed } from './question.ts';

/** What a problem as a whole comes to, collected while its applications are admitted. */
export class RoundSummary {
  readonly #problem: Problem;
  readonly #federation: FederationModel;
  readonly #clock: () => number;
  readonly #begun: number;
  /** Mbit/s, and objective per Mbit/s, by directed link. */
  readonly #reserved = new Map<number, number>();
  readonly #prices = new Map<number, number>();
  #placed = 0;
  #objective = 0;
  #lowerBound = 0;

  constructor(problem: Problem, federation: FederationModel, clock: () => number) {
    this.#problem = problem;
    this.#federation = federation;
    this.#clock = clock;
    this.#begun = clock();
  }

  /**
   * One more application has its place. The first one had everything for itself, so that its bound holds
   * beside any others; of a later one only what its services cost at least wherever they are. `together`:
   * applications under shared prices, whose floors hold in their sum.
   */
  admit(found: Placed, { objective = 0, lowerBound = 0 }: ApplicationResult, together = false): void {
    const first = this.#placed === 0 && !together;
    this.#lowerBound += first ? lowerBound : Math.min(found.floor, objective);
    this.#objective += objective;
    this.#placed += 1;
    for (const [link, mbps] of useOf(found.model, found.at).links)
      this.#reserved.set(link, mbps + (this.#reserved.get(link) ?? 0));
    for (const [link, price] of found.linkPrices ?? [])
      this.#prices.set(link, Math.max(price, this.#prices.get(link) ?? 0));
  }

  get figures(): Pick<Result, 'round' | 'links' | 'elapsedMs'> {
    const [objective, lowerBound] = [this.#objective, this.#lowerBound];
    return {
      round: {
        placed: this.#placed,
        objective,
        lowerBound,
        ...(lowerBound > 0 ? { gap: objective / lowerBound - 1 } : objective === 0 ? { gap: 0 } : {}),
      },
      elapsedMs: Math.round((this.#clock() - this.#begun) * 1000) / 1000,
      links: this.#links(),
    };
  }

  #links(): LinkLoad[] {
    if (this.#problem.matrices) return [];
    const { capacity } = this.#federation.paths;
    const links: LinkLoad[] = [];
    // As the paths number them: a bidirectional link is two that follow one another.
    let directed = 0;
    for (const [link, { from, to, bidirectional }] of this.#problem.links.entries()) {
      for (const [a, b] of bidirectional
        ? [[from, to] as const, [to, from] as const]
        : [[from, to] as const]) {
        const reservedMbps = this.#reserved.get(directed) ?? 0;
        const most = capacity[directed]!;
        const price = this.#prices.get(directed);
        directed += 1;
        if (!(reservedMbps > 0)) continue;
        links.push({
          from: a,
          to: b,
          link,
          reservedMbps,
          ...(Number.isFinite(most) && { bandwidthMbps: most }),
          ...(price !== undefined && price > 1e-12 && { price }),
        });
      }
    }
    return links;
  }
}
