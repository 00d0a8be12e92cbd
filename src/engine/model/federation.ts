import { ln } from '../arithmetic/ln.ts';
import { type PairFigures, pairFiguresOf } from '../paths/pairfigures.ts';
import { buildPaths } from '../paths/paths.ts';
import type { Application, Channel, Problem, ResourceAmounts } from '../problem.ts';

/** A resource amount that rounding alone can make too large does not count as too large. */
export const EPSILON = 1e-9;

/** The locations as flat arrays, built once per problem and shared by all its applications. */
export interface FederationModel extends PairFigures {
  readonly ids: readonly string[];
  readonly index: ReadonlyMap<string, number>;
  readonly resources: readonly string[];
  /** Free amount, location by resource. */
  readonly free: Float64Array;
  /** USD/h of one unit, location by resource. */
  readonly price: Float64Array;
  /** gCO2e/h of one busy core; NaN when nobody knows. */
  readonly gramsPerCore: Float64Array;
  readonly gramsPerKWh: Float64Array;
  /** Minus log of availability. */
  readonly unavailability: Float64Array;
  /** Failure domain by location. */
  readonly zone: Int32Array;
  /** Channels from other applications, by the application that they lead to. */
  readonly incoming: ReadonlyMap<string, readonly { other: Application; channel: Channel }[]>;
  /** Terms for which no location gives figures. */
  readonly unknownTerms: readonly ('cost' | 'carbon' | 'resilience')[];
}

/** `figures` says where what lies between the locations comes from; by default it is worked out. */
export function buildFederation(
  problem: Problem,
  figures: (gramsPerKWh: Float64Array) => PairFigures = (grams) =>
    pairFiguresOf(problem, grams, buildPaths(problem)),
): FederationModel {
  const { locations } = problem;
  const resources = [
    ...new Set(
      problem.applications.flatMap(({ services }) => services.flatMap(({ demand }) => Object.keys(demand))),
    ),
  ].sort();
  const table = (
    read: (amounts: ResourceAmounts | undefined, resource: string) => number,
    of: 'free' | 'priceUSDPerHour',
  ) =>
    Float64Array.from(
      locations.flatMap((location) => resources.map((resource) => read(location[of], resource))),
    );
  const price = table((prices, resource) => prices?.[resource] ?? Number.NaN, 'priceUSDPerHour');
  for (let r = 0; r < resources.length; r += 1) worstForUnknown(price, r, resources.length);
  const watts = Float64Array.from(locations, ({ wattsPerCore }) => wattsPerCore ?? Number.NaN);
  const gramsPerKWh = Float64Array.from(locations, ({ gramsPerKWh: grams }) => grams ?? Number.NaN);
  const availability = Float64Array.from(locations, ({ availability: share }) =>
    share === undefined ? Number.NaN : -ln(Math.max(share, 1e-9)),
  );
  const unknownTerms: ('cost' | 'carbon' | 'resilience')[] = [];
  if (locations.every(({ priceUSDPerHour }) => priceUSDPerHour === undefined)) unknownTerms.push('cost');
  if (watts.every(Number.isNaN) || gramsPerKWh.every(Number.isNaN)) unknownTerms.push('carbon');
  if (availability.every(Number.isNaN)) unknownTerms.push('resilience');
  for (const values of [watts, gramsPerKWh, availability]) worstForUnknown(values, 0, 1);
  const zones = [...new Set(locations.map(zoneOf))].sort();
  const zoneIndex = new Map(zones.map((zone, at) => [zone, at]));
  const ids = locations.map(({ id }) => id);
  return {
    ids,
    index: new Map(locations.map(({ id }, at) => [id, at])),
    resources,
    free: table((free, resource) => free?.[resource] ?? 0, 'free'),
    price,
    gramsPerCore: watts.map((each, at) => (each * gramsPerKWh[at]!) / 1000),
    gramsPerKWh,
    unavailability: availability,
    zone: Int32Array.from(locations, (location) => zoneIndex.get(zoneOf(location))!),
    ...figures(gramsPerKWh),
    incoming: incomingOf(problem),
    unknownTerms,
  };
}

/** Delay of a pair; the worst known one where no path is known. */
export function delayOf({ paths }: Pick<FederationModel, 'paths'>, pair: number): number {
  const delay = paths.delay[pair]!;
  return Number.isFinite(delay) ? delay : paths.worstDelay;
}

/** Carbon of one GB along a path, at the mean grid intensity of its two ends. */
export function gramsPerGB(
  { paths, gramsPerKWh, ids }: Pick<FederationModel, 'paths' | 'gramsPerKWh' | 'ids'>,
  pair: number,
): number {
  const m = ids.length;
  const grams = (gramsPerKWh[Math.floor(pair / m)]! + gramsPerKWh[pair % m]!) / 2;
  return paths.kWhPerGB[pair]! * grams;
}

function incomingOf({ applications }: Problem): Map<string, { other: Application; channel: Channel }[]> {
  const incoming = new Map<string, { other: Application; channel: Channel }[]>();
  for (const other of applications) {
    for (const channel of other.channels) {
      const target = channel.to.application;
      if (target === undefined || target === other.id) continue;
      incoming.set(target, [...(incoming.get(target) ?? []), { other, channel }]);
    }
  }
  return incoming;
}

/** A location without a zone is its own failure domain. */
function zoneOf({ id, zone }: Problem['locations'][number]): string {
  return zone === undefined ? `location ${id}` : `zone ${zone}`;
}

/** Replaces what is not known by the worst that is; by 0 where nobody knows. */
function worstForUnknown(values: Float64Array, first: number, step: number): void {
  let worst = 0;
  for (let at = first; at < values.length; at += step) if (values[at]! > worst) worst = values[at]!;
  for (let at = first; at < values.length; at += step) if (Number.isNaN(values[at]!)) values[at] = worst;
}
