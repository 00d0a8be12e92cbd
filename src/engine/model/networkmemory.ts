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
    const key = keyOf(problem, gramsPerKWh);
    if (this.#key && this.#kept && equal(this.#key, key)) return this.#kept;
    this.#kept = undefined;
    this.#kept = pairFiguresOf(problem, gramsPerKWh, buildPaths(problem));
    this.#key = key;
    return this.#kept;
  }
}

/** Everything that the figures of pairs depend on, in a fixed order. */
interface Key {
  readonly texts: readonly string[];
  readonly numbers: readonly number[];
}

/** O(locations x regions + links) */
function keyOf({ locations, nodes, links }: Problem, gramsPerKWh: Float64Array): Key {
  const texts: string[] = [`${locations.length} ${nodes.length} ${links.length}`];
  const numbers: number[] = [];
  for (const { id, region, egressUSDPerGB } of locations) {
    texts.push(id, region === undefined ? '' : `in ${region}`);
    // Told apart from an empty table of prices by the count.
    numbers.push(egressUSDPerGB === undefined ? -1 : Object.keys(egressUSDPerGB).length);
    for (const to in egressUSDPerGB) {
      texts.push(to);
      numbers.push(egressUSDPerGB[to]!);
    }
  }
  for (const grams of gramsPerKWh) numbers.push(grams);
  for (const node of nodes) texts.push(node);
  for (const { from, to, bidirectional, delayMs, bandwidthMbps, loss, usdPerGB, kWhPerGB } of links) {
    texts.push(from, to);
    numbers.push(bidirectional ? 1 : 0, delayMs, orNone(bandwidthMbps), orNone(loss));
    numbers.push(orNone(usdPerGB), orNone(kWhPerGB));
  }
  return { texts, numbers };
}

function orNone(value: number | undefined): number {
  return value ?? Number.NaN;
}

function equal(a: Key, b: Key): boolean {
  if (a.texts.length !== b.texts.length || a.numbers.length !== b.numbers.length) return false;
  for (let at = 0; at < a.numbers.length; at += 1) if (!Object.is(a.numbers[at], b.numbers[at])) return false;
  for (let at = 0; at < a.texts.length; at += 1) if (a.texts[at] !== b.texts[at]) return false;
  return true;
}
