import { hashOf } from '../api/hash.ts';
import type { Problem, ResourceAmounts } from '../engine/problem.ts';
import { minus } from './amounts.ts';

/**
 * Everything that an answer about one application depends on: what is fixed as a hash, and what is free,
 * apart, because only more of it can turn a refusal into a placement.
 */
export interface Fingerprint {
  hash: string;
  /** By candidate location. */
  free: ReadonlyMap<string, ResourceAmounts>;
}

/**
 * The fingerprint of each application of a problem.
 *
 * @param isPart whether an application is part of the world, and not one that waits
 */
export function fingerprintsOf(
  problem: Problem,
  isPart: (application: string) => boolean = () => false,
): Map<string, Fingerprint> {
  const free = new Map(problem.locations.map((location) => [location.id, location.free]));
  const { applications, locations, datasets, ...rest } = problem;
  // Hashed once for all applications: it is the largest part by far.
  const world = hashOf({
    ...rest,
    neighbours: applications.filter(({ id }) => isPart(id)),
    locations: locations.map(({ free: _, ...facts }) => facts),
    datasets: datasets.map(({ holders, ...facts }) => ({ ...facts, holders: holders.map(coarse) })),
  });
  return new Map(
    applications
      .filter(({ id }) => !isPart(id))
      .map((application) => [
        application.id,
        {
          hash: hashOf({ world, application }),
          free: new Map(
            (application.candidates ?? [...free.keys()]).map((location) => [
              location,
              free.get(location) ?? {},
            ]),
          ),
        },
      ]),
  );
}

/** Whether `now` may give another answer than `before`: anything fixed differs, or something became free. */
export function mayDiffer(before: Fingerprint, now: Fingerprint): boolean {
  if (before.hash !== now.hash) return true;
  for (const [location, amounts] of now.free) {
    const gained = minus(amounts, before.free.get(location) ?? {});
    if (Object.values(gained).some((amount) => amount > 1e-6)) return true;
  }
  return false;
}

/** Age grows by itself: only its magnitude counts, or a failed app would be solved again every second. */
function coarse({ location, stalenessSeconds }: Problem['datasets'][number]['holders'][number]) {
  const magnitude = stalenessSeconds === undefined ? undefined : Math.round(Math.log2(stalenessSeconds + 1));
  return { location, magnitude };
}
