import type { z } from 'zod';
import { Location, type Problem } from '../problem.ts';
import { known, ProblemError } from '../problemerror.ts';

/** The figures of a location that come from measuring it. */
const Figures = Location.pick({
  free: true,
  shapes: true,
  priceUSDPerHour: true,
  wattsPerCore: true,
  gramsPerKWh: true,
  availability: true,
  egressUSDPerGB: true,
}).partial();

/** New figures of one location; what is not named stays. */
export interface LocationChange {
  readonly location: string;
  readonly figures: z.input<typeof Figures>;
}

/** Another delay of a link, by its index in the problem; both ways of a bidirectional one. */
export interface LinkChange {
  readonly link: number;
  readonly delayMs: number;
}

export type Change = LocationChange | LinkChange;

/**
 * The location as it is after the change. What is not named stays the same object, so that it is seen not to
 * have changed.
 *
 * @throws ProblemError UnknownReference for a location that is not there, Malformed for a figure that cannot be
 */
export function changedLocation(
  { locations }: Pick<Problem, 'locations'>,
  index: ReadonlyMap<string, number>,
  { location, figures }: LocationChange,
): { k: number; location: Location } {
  const k = index.get(location);
  if (k === undefined) {
    known('location', location, index.keys());
    throw new RangeError(`no location ${location}`);
  }
  const parsed = Figures.safeParse(figures);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const path = `locations[${location}].${(issue?.path ?? []).map(String).join('.')}`;
    throw new ProblemError('Malformed', path, issue?.message ?? 'is no location');
  }
  const named = Object.entries(parsed.data).filter(([, value]) => value !== undefined);
  return { k, location: { ...locations[k]!, ...Object.fromEntries(named) } };
}

/** @throws ProblemError Malformed for a link that is not there, or a delay that cannot be */
export function checkLink({ links }: Pick<Problem, 'links'>, { link, delayMs }: LinkChange): void {
  if (links[link] === undefined)
    throw new ProblemError('Malformed', 'link', `no link ${link}: there are ${links.length}`);
  if (!(delayMs >= 0 && delayMs <= 1e15))
    throw new ProblemError('Malformed', `links[${link}].delayMs`, `is ${delayMs}: give ms, not negative`);
}
