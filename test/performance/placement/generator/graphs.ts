import type { Random } from './random.ts';

/** A service graph: how many services, and who calls whom; callers come first. */
export interface Graph {
  readonly services: number;
  readonly calls: readonly (readonly [from: number, to: number])[];
}

/**
 * Five applications that others publish, described by their figures alone: services on each level of
 * calls below the entry, and calls in all. Graphs of the same figures are drawn from these.
 */
const REAL = {
  boutique: { levels: [1, 1, 8, 3], calls: 17 },
  hotel: { levels: [1, 7, 8, 2], calls: 17 },
  media: { levels: [5, 6, 5, 1], calls: 19 },
  social: { levels: [2, 9, 10, 2], calls: 29 },
  ticket: { levels: [11, 20, 5, 1], calls: 92 },
} as const;

export const REAL_GRAPHS = Object.keys(REAL) as (keyof typeof REAL)[];
export const FAMILIES = ['sparse', 'dense', ...REAL_GRAPHS] as const;
export type Family = (typeof FAMILIES)[number];

/** Calls for each service, from and to, of the drawn families. */
const CALLS_PER_SERVICE = { sparse: [1.2, 1.7], dense: [2.3, 2.7] } as const;

export function graphOf(family: Family, services: number, random: Random): Graph {
  if (family !== 'sparse' && family !== 'dense')
    return layered(REAL[family].levels, REAL[family].calls, random);
  const depth = Math.max(2, Math.min(6, Math.round(Math.sqrt(services))));
  const levels = [Math.max(1, Math.round(services / 20))];
  for (let level = 1; level < depth; level += 1) levels.push(1);
  for (let left = services - levels.reduce((sum, each) => sum + each, 0); left > 0; left -= 1)
    levels[random.integer(1, depth - 1)]! += 1;
  const [low, high] = CALLS_PER_SERVICE[family];
  return layered(levels, Math.round(services * random.between(low, high)), random);
}

/** Every service below the first level has a caller on the level above; further calls go down any number of levels. */
function layered(levels: readonly number[], calls: number, random: Random): Graph {
  const level = levels.flatMap((size, at) => Array.from({ length: size }, () => at));
  const services = level.length;
  const first = levels.map((_, at) => level.indexOf(at));
  const all = new Map<string, readonly [number, number]>();
  const add = (from: number, to: number) => all.set(`${from} ${to}`, [from, to]);
  for (let to = levels[0]!; to < services; to += 1) {
    const above = level[to]! - 1;
    add(first[above]! + random.integer(0, levels[above]! - 1), to);
  }
  const most = level.reduce((sum, at) => sum + services - (first[at]! + levels[at]!), 0);
  while (all.size < Math.min(calls, most)) {
    const from = random.integer(0, services - 1);
    const to = random.integer(0, services - 1);
    if (level[from]! < level[to]!) add(from, to);
  }
  return { services, calls: [...all.values()].sort((a, b) => a[0] - b[0] || a[1] - b[1]) };
}
