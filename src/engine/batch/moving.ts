import type { Round } from '../admission/round.ts';
import { type Load, use } from '../model/load.ts';
import type { Placements } from './placements.ts';

/** Keeps the account of what placed applications use in step while they move. */
export interface Moving {
  readonly load: Load;
  lift(a: number): void;
  put(a: number): void;
}

/** The account of a round: its load, and the places that it tells others. */
export function movingIn(placements: Placements, { load, places, admitted }: Round): Moving {
  const account = (a: number, sign: number) => {
    const { model, at } = placements.of(a);
    model.shards.forEach(({ service, replicas }, shard) => {
      use(load, at[shard]!, model.services[service]!.demand, sign * replicas);
    });
    return { model, at };
  };
  return {
    load,
    lift: (a) => {
      account(a, -1);
    },
    put: (a) => {
      const { model, at } = account(a, 1);
      for (const { id, shards } of model.services) {
        const shares = shards.map((shard) => ({
          location: at[shard]!,
          replicas: model.shards[shard]!.replicas,
        }));
        places.set(`${model.app.id}/${id}`, shares);
      }
      const own = admitted.find(({ id }) => id === model.app.id);
      if (own) own.locations = new Set(at);
    },
  };
}
