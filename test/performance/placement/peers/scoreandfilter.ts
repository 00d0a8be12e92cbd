import type { PeerModel } from './model.ts';
import { Partial } from './partial.ts';

/**
 * Score and filter in the manner of kube-scheduler and OCM's Placement: one service after the other, filters
 * (eligibility, room, topology spread), then the highest score of free share and of balance between
 * resources. Channels are not looked at. Where nothing passes the filters, the service stays where its score
 * is best among eligible ones, so that what breaks can be counted.
 */
export function scoreAndFilter(model: PeerModel): number[][] {
  const state = new Partial(model);
  const cpu = model.resources.indexOf('cpu');
  const memory = model.resources.indexOf('memory');
  const score = (location: number) => {
    const shares = [cpu, memory].filter((r) => r >= 0).map((r) => state.leftShare(location, r));
    const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length;
    return mean - Math.max(...shares.map((share) => Math.abs(share - mean)));
  };
  model.parts.forEach((parts, service) => {
    for (let part = 0; part < parts; part += 1)
      state.add(
        service,
        choose(state, service, (k) => -score(k)),
      );
  });
  return state.at;
}

/** The least value among what is allowed, else among what is eligible, else anywhere; ties: the first. */
export function choose(
  state: Partial,
  service: number,
  value: (location: number) => number,
  filter: (location: number) => boolean = () => true,
): number {
  const { locations, eligible } = state.model;
  const stages = [
    (k: number) => state.allows(service, k) && filter(k),
    (k: number) => state.allows(service, k),
    (k: number) => eligible[service]![k] === 1 && !state.at[service]!.includes(k),
    (k: number) => !state.at[service]!.includes(k),
  ];
  for (const passes of stages) {
    let best = -1;
    let least = Number.POSITIVE_INFINITY;
    for (let k = 0; k < locations; k += 1) {
      if (!passes(k)) continue;
      const of = value(k);
      if (of < least) [best, least] = [k, of];
    }
    if (best >= 0) return best;
  }
  throw new Error('no location at all');
}
