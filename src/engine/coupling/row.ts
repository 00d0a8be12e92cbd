import type { AppModel } from '../model/appmodel.ts';
import { type Placement, routesOf, termsOf } from '../model/evaluate.ts';
import { EPSILON } from '../model/federation.ts';
import { mostOf } from '../model/judge.ts';
import type { Load } from '../model/load.ts';
import type { TermValues } from '../result.ts';
import { TERMS, type Term } from '../vocabulary.ts';

/**
 * A hard rule that many services keep or break together and that a sum of their choices is held against:
 * Mbit/s on a link, or the value of a limited term. Such a row has a price in the bound (Lagrangian
 * relaxation: Fisher 1981) while it is in the way, and none otherwise.
 */
export type Row =
  | { readonly key: string; readonly kind: 'Link'; readonly link: number; readonly limit: number }
  | { readonly key: string; readonly kind: 'Term'; readonly term: Term; readonly limit: number };

/** What a placement uses of links and limited terms. */
export interface Use {
  /** Mbit/s by link, of this application; links that carry nothing are absent. */
  readonly links: ReadonlyMap<number, number>;
  readonly terms: TermValues;
}

/** O(channels x links of a path). */
export function useOf(model: AppModel, at: Placement): Use {
  const { paths, ids } = model.federation;
  const links = new Map<number, number>();
  for (const channel of model.channels) {
    if (channel.mbps === 0) continue;
    for (const { from, to, share } of routesOf(model, channel, at))
      for (const link of paths.linksOf(from * ids.length + to))
        links.set(link, (links.get(link) ?? 0) + channel.mbps * share);
  }
  return { links, terms: termsOf(model, at) };
}

export function amountIn({ links, terms }: Use, row: Row): number {
  return row.kind === 'Link' ? (links.get(row.link) ?? 0) : (terms[row.term] ?? 0);
}

/** Rows that a use exceeds: those are the few that need a price. */
export function exceededRows({ federation }: AppModel, load: Load, limits: TermValues, use: Use): Row[] {
  const { capacity } = federation.paths;
  const links = [...use.links]
    .map(([link, mbps]) => ({ link, mbps, limit: capacity[link]! * (1 + EPSILON) - load.links[link]! }))
    .filter(({ mbps, limit }) => mbps > limit)
    .sort((a, b) => a.link - b.link)
    .map(({ link, limit }): Row => ({ key: `link ${link}`, kind: 'Link', link, limit }));
  const terms = TERMS.flatMap((term): Row[] => {
    const [value, limit] = [use.terms[term], limits[term]];
    if (value === undefined || limit === undefined || value <= mostOf(limit)) return [];
    return [{ key: `term ${term}`, kind: 'Term', term, limit: mostOf(limit) }];
  });
  return [...links, ...terms];
}
