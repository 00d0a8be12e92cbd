import { type Column, solveMaster } from './master.ts';
import { amountIn, type Row, type Use } from './row.ts';

/** A price is at first at most what makes a whole excess cost this share of the cheapest placement. */
const FIRST_SHARE = 0.5;
const GROWTH = 4;
/** A bound this close to what the master problem promises is the best there is. */
const SETTLED = 1e-7;
/** Prices closer than this share are the same price. */
const SAME = 1e-6;

/** A placement that was cheapest at some prices: its own cost and what it uses. */
export interface Answer {
  readonly cost: number;
  readonly use: Use;
}

/**
 * The prices of the rows in the way. Every placement that was cheapest at some prices is a cut of the
 * Lagrangian dual; the next prices are the best ones by all cuts so far.
 */
export class RowPrices {
  readonly #rows: Row[] = [];
  readonly #price = new Map<string, number>();
  readonly #cap = new Map<string, number>();
  readonly #answers: Answer[] = [];
  #promised = Number.POSITIVE_INFINITY;

  get rows(): readonly Row[] {
    return this.#rows;
  }

  of(row: Row): number {
    return this.#price.get(row.key) ?? 0;
  }

  /** What the prices take back: subtracted from the priced cost it leaves a bound. */
  get rebate(): number {
    return this.#rows.reduce((sum, row) => sum + this.of(row) * row.limit, 0);
  }

  /** By directed link. */
  get ofLinks(): ReadonlyMap<number, number> {
    return new Map(this.#rows.flatMap((row) => (row.kind === 'Link' ? [[row.link, this.of(row)]] : [])));
  }

  copy(): ReadonlyMap<string, number> {
    return new Map(this.#price);
  }

  restore(prices: ReadonlyMap<string, number>): void {
    for (const { key } of this.#rows) this.#price.set(key, prices.get(key) ?? 0);
  }

  /** Rows that get a price from now on, where they have none. */
  add(rows: readonly Row[]): void {
    for (const row of rows) {
      if (this.#rows.some(({ key }) => key === row.key)) continue;
      this.#rows.push(row);
      this.#promised = Number.POSITIVE_INFINITY;
    }
  }

  /** A placement to know of. */
  know(answer: Answer): void {
    this.#answers.push(answer);
  }

  /** The next prices, after those at present gave `bound`. False: the bound can rise no more. */
  next(bound: number): boolean {
    if (bound >= this.#promised - SETTLED * Math.max(1, Math.abs(bound)) && !this.#raiseCaps()) return false;
    const scale = this.#rows.map((row) => scaleOf(row));
    const cheapest = this.#answers.reduce(
      (least, { cost }) => Math.min(least, cost),
      Number.POSITIVE_INFINITY,
    );
    // Where nothing costs anything, prices are measured by one.
    const worth = cheapest > 1e-9 ? cheapest : 1;
    const columns = this.#answers.map(
      ({ cost, use }): Column => ({
        cost,
        excess: this.#rows.map((row, r) => (amountIn(use, row) - row.limit) / scale[r]!),
      }),
    );
    const caps = this.#rows.map(({ key }) => {
      const cap = this.#cap.get(key) ?? FIRST_SHARE * worth;
      this.#cap.set(key, cap);
      return cap;
    });
    const { prices, value } = solveMaster(columns, caps);
    this.#promised = value;
    let moved = false;
    this.#rows.forEach((row, r) => {
      const price = prices[r]! / scale[r]!;
      if (Math.abs(price - this.of(row)) > SAME * price) moved = true;
      this.#price.set(row.key, price);
    });
    // The same prices once more would give the same answer.
    return moved;
  }

  /** Prices at their cap may have to be higher. False: none is. */
  #raiseCaps(): boolean {
    let raised = false;
    for (const row of this.#rows) {
      const cap = this.#cap.get(row.key)!;
      if (this.of(row) * scaleOf(row) < cap * (1 - 1e-6)) continue;
      this.#cap.set(row.key, GROWTH * cap);
      raised = true;
    }
    return raised;
  }
}

/** What an excess is a share of. */
function scaleOf({ limit }: Row): number {
  return Math.max(limit, 1e-6);
}
