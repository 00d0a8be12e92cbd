import { added, weighed } from './greedy.ts';
import type { PeerModel } from './model.ts';
import { Partial } from './partial.ts';
import { choose } from './scoreandfilter.ts';

/**
 * Always the service that would lose most if its best location went to another: the largest difference
 * between best and second best. O(parts x services x locations), costs renewed only next to what was placed.
 */
export function regret(model: PeerModel): number[][] {
  const state = new Partial(model);
  const open = new Set(model.parts.map((_, service) => service));
  const costs = new Map<number, Float64Array>();
  const costsOf = (service: number) => {
    const known = costs.get(service);
    if (known) return known;
    const before = weighed(state.channels(service));
    const fresh = Float64Array.from({ length: model.locations }, (_, k) => added(state, service, before, k));
    costs.set(service, fresh);
    return fresh;
  };
  while (open.size > 0) {
    let next = -1;
    let most = Number.NEGATIVE_INFINITY;
    for (const service of open) {
      const values = costsOf(service);
      let [first, second] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
      for (let k = 0; k < model.locations; k += 1) {
        if (values[k]! >= second || !state.allows(service, k)) continue;
        if (values[k]! < first) [first, second] = [values[k]!, first];
        else second = values[k]!;
      }
      const loss = Number.isFinite(first) ? second - first : Number.NEGATIVE_INFINITY;
      if (next < 0 || loss > most) [next, most] = [service, loss];
    }
    const values = costsOf(next);
    state.add(
      next,
      choose(state, next, (k) => values[k]!),
    );
    if (state.at[next]!.length === model.parts[next]!) open.delete(next);
    costs.delete(next);
    for (const index of model.incident[next]!) {
      const { from, to } = model.channels[index]!;
      costs.delete(from === next ? to : from);
    }
  }
  return state.at;
}

/** Moves one part at a time to where it costs least, until nothing gains; at most `rounds` rounds. */
export function shifted(model: PeerModel, from: readonly (readonly number[])[], rounds: number): number[][] {
  const state = new Partial(model);
  from.forEach((places, service) => {
    for (const k of places) state.add(service, k);
  });
  for (let round = 0; round < rounds; round += 1) {
    let gained = false;
    for (let service = 0; service < model.parts.length; service += 1) {
      for (const old of [...state.at[service]!]) {
        state.remove(service, old);
        const before = weighed(state.channels(service));
        const stay = state.allows(service, old)
          ? added(state, service, before, old)
          : Number.POSITIVE_INFINITY;
        let best = old;
        let least = stay;
        for (let k = 0; k < model.locations; k += 1) {
          if (!state.allows(service, k)) continue;
          const cost = added(state, service, before, k);
          if (cost < least - 1e-9) [best, least] = [k, cost];
        }
        state.add(service, best);
        if (best !== old) gained = true;
      }
    }
    if (!gained) break;
  }
  return state.at;
}
