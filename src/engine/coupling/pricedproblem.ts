import { compile } from '../gqap/compile.ts';
import type { Gqap } from '../gqap/gqap.ts';
import { type AppModel, reweighed } from '../model/appmodel.ts';
import { objectiveOf, type Placement } from '../model/evaluate.ts';
import { isFeasible, type Judge } from '../model/judge.ts';
import { anyBandwidth, type Load } from '../model/load.ts';
import { TERMS, type Term } from '../vocabulary.ts';
import type { RowPrices } from './prices.ts';
import { useOf } from './row.ts';

/** An application with prices on rows in place of the rows. */
export interface Priced {
  readonly gqap: Gqap;
  /**
   * Cost with prices, less their rebate; Infinity where another rule is broken. Of a placement that keeps
   * the rows never above its true cost.
   */
  readonly judge: Judge;
}

/**
 * The relaxation of an application at the given prices: rows are left out, what a placement uses of them
 * costs. O(services x locations + pairs), and once O(locations squared x links of a path) for the pairs that
 * priced links lie between.
 */
export function pricedProblem(model: AppModel, load: Load, prices: RowPrices): Priced {
  const factor = { ...model.factor };
  for (const row of prices.rows) {
    if (row.kind === 'Term') factor[row.term] = factor[row.term] + prices.of(row);
  }
  const priced = sameFactor(factor, model.factor) ? model : reweighed(model, factor);
  const perMbps = pricePerMbps(model, prices);
  const gqap = compile(priced, load, { perMbps, coupled: true });
  const free = anyBandwidth(load);
  const onLinks = prices.rows.filter((row) => row.kind === 'Link');
  const costOf = (at: Placement): number => {
    const cost = objectiveOf(priced, at) - prices.rebate;
    if (onLinks.length === 0) return cost;
    const { links } = useOf(model, at);
    return onLinks.reduce((sum, row) => sum + prices.of(row) * (links.get(row.link) ?? 0), cost);
  };
  return {
    gqap: { ...gqap, constant: gqap.constant - prices.rebate },
    judge: (at) => (isFeasible(model, free, at) ? costOf(at) : Number.POSITIVE_INFINITY),
  };
}

function sameFactor(a: Readonly<Record<Term, number>>, b: Readonly<Record<Term, number>>): boolean {
  return TERMS.every((term) => a[term] === b[term]);
}

/** By pair of locations: the prices of the links of its path together. Undefined: no link has one. */
function pricePerMbps({ federation }: AppModel, prices: RowPrices): Float64Array | undefined {
  const price = new Map(
    prices.rows.flatMap((row) =>
      row.kind === 'Link' && prices.of(row) > 0 ? [[row.link, prices.of(row)]] : [],
    ),
  );
  if (price.size === 0) return undefined;
  const { linksOf, size } = federation.paths;
  const perMbps = new Float64Array(size * size);
  for (let pair = 0; pair < perMbps.length; pair += 1)
    for (const link of linksOf(pair)) perMbps[pair] = perMbps[pair]! + (price.get(link) ?? 0);
  return perMbps;
}
