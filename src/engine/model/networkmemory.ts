import { type PairFigures, pairFiguresOf } from '../paths/pairfigures.ts';
import { buildPaths } from '../paths/paths.ts';
import type { Problem } from '../problem.ts';

/**
 * Keeps what lies between the locations of one federation, the last one: paths between all pairs cost far
 * more than comparing the links that they come from. Compared by content, never by identity: problems arrive
 * as copies, and may be changed in place.
 */
export class NetworkMemory {
  #key: Key | undefined;
  #kept: PairFigures | undefined;

  /** Full matrices in place of links are not kept: to compare them costs as much as to read them. */
  figuresOf(problem: Problem, gramsPerKWh: Float64Array): PairFigures {
    if (problem.matrices) return pairFiguresOf(problem, gramsPerKWh, buildPaths(problem));
    if (this.#key && this.#kept && matches(this.#key, problem, gramsPerKWh)) return this.#kept;
    this.#kept = undefined;
    this.#kept = pairFiguresOf(problem, gramsPerKWh, buildPaths(problem));
    this.#key = keyOf(problem, gramsPerKWh);
    return this.#kept;
  }
}

/** Everything that the figures of pairs depend on, in a fixed order. */
interface Key {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

function keyOf(problem: Problem, gramsPerKWh: Float64Array): Key {
  const texts: string[] = [];
  const numbers: number[] = [];
  tell(
    problem,
    gramsPerKWh,
    (each) => texts.push(each),
    (each) => numbers.push(each),
  );
  return { texts, numbers };
}

/** Whether this key is that of the problem, without making one. */
function matches({ texts, numbers }: Key, problem: Problem, gramsPerKWh: Float64Array): boolean {
  let [text, number, same] = [0, 0, true];
  tell(
    problem,
    gramsPerKWh,
    (each) => {
      if (each !== texts[text]) same = false;
      text += 1;
    },
    (each) => {
      if (!Object.is(each, numbers[number])) same = false;
      number += 1;
    },
  );
  return same && text === texts.length && number === numbers.length;
}

/** Tells the parts of the key, in their order. O(locations x regions + links) */
function tell(
  { locations, nodes, links }: Problem,
  gramsPerKWh: Float64Array,
  text: (each: string) => void,
  number: (each: number) => void,
): void {
  for (const count of [locations.length, nodes.length, links.length]) number(count);
  for (const { id, region, egressUSDPerGB } of locations) {
    text(id);
    text(region === undefined ? '' : `in ${region}`);
    // Told apart from an empty table of prices by the count.
    number(egressUSDPerGB === undefined ? -1 : Object.keys(egressUSDPerGB).length);
    for (const to in egressUSDPerGB) {
      text(to);
      number(egressUSDPerGB[to]!);
    }
  }
  for (const grams of gramsPerKWh) number(grams);
  for (const node of nodes) text(node);
  for (const { from, to, bidirectional, delayMs, bandwidthMbps, loss, usdPerGB, kWhPerGB } of links) {
    text(from);
    text(to);
    number(bidirectional ? 1 : 0);
    number(delayMs);
    for (const each of [bandwidthMbps, loss, usdPerGB, kWhPerGB]) number(orNone(each));
  }
}

function orNone(value: number | undefined): number {
  return value ?? Number.NaN;
}
