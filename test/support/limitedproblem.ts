import type { Problem } from '../../src/engine/problem.ts';
import { TERMS, type Term } from '../../src/engine/vocabulary.ts';
import { type Outcome, outcomesOf } from './exhaustive.ts';
import { randomOf, randomProblem } from './randomproblem.ts';

const LIMITED: readonly Term[] = ['cost', 'carbon', 'delay', 'resilience', 'balance', 'migration'];

interface Draw {
  readonly chance: (share: number) => boolean;
  readonly pick: <T>(from: readonly T[]) => T;
}

/** What `randomProblem` leaves out: regions with egress, taints, classes, largest fits, age of data, pins. */
function addRareFeatures(problem: Problem, { chance, pick }: Draw): void {
  const app = problem.applications[0]!;
  const ids = problem.locations.map(({ id }) => id);
  const regions = ['north', 'south'];
  for (const location of problem.locations) {
    location.region = pick(regions);
    if (chance(0.4)) location.egressUSDPerGB = { [pick(regions)]: pick([0.02, 0.09]) };
    if (chance(0.2))
      location.taints = [{ key: 'edge', value: '', effect: pick(['NoSelect', 'NoSelectIfNew']) }];
    if (chance(0.5)) location.securityClass = pick([1, 2]);
    if (chance(0.2)) location.shapes = [{ cpu: pick([1, 2, 3]) }];
  }
  for (const dataset of problem.datasets) {
    dataset.holders = ids
      .filter(() => chance(0.5))
      .map((location) => ({ location, ...(chance(0.7) && { stalenessSeconds: pick([10, 100]) }) }));
    for (const { data } of app.services)
      for (const need of data) if (chance(0.5)) need.maxStalenessSeconds = 50;
  }
  for (const service of app.services) {
    if (chance(0.3)) service.tolerations = [{ key: 'edge', operator: 'Exists', value: '' }];
    if (chance(0.2)) service.securityClass = pick([1, 2]);
    if (chance(0.2)) service.notLocations = [pick(ids)];
    if (service.running && chance(0.2)) service.move = { policy: 'Pinned' };
  }
  if (chance(0.4))
    app.entryPoints.push({ id: 'r', service: app.services[0]!.id, region: pick(regions), callsPerSecond: 3 });
  if (chance(0.2)) app.candidates = ids.filter(() => chance(0.8));
}

/**
 * A tiny problem under rules that couple its services: narrow links that most channels reserve bandwidth on,
 * budgets around what placements have, or a strict order; with all its placements that keep the other rules.
 */
export function limitedProblem(seed: number): { problem: Problem; outcomes: readonly Outcome[] } {
  const random = randomOf(seed + 7_000_000);
  const chance = (share: number) => random() < share;
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const problem = structuredClone(randomProblem(seed));
  const app = problem.applications[0]!;
  if (chance(0.6)) {
    for (const link of problem.links) link.bandwidthMbps = 2 + Math.floor(random() * 7);
    for (const channel of app.channels) {
      channel.class = 'ASSURED';
      channel.bandwidthMbps = 1 + Math.floor(random() * 4);
      delete channel.maxDelayMs;
    }
  }
  if (chance(0.5)) addRareFeatures(problem, { chance, pick });
  const free = outcomesOf(problem);
  const known = TERMS.filter((term) => free[0]?.terms[term] !== undefined);
  const terms = LIMITED.filter((term) => known.includes(term));
  if (terms.length > 0 && chance(0.6)) {
    const budgets: Problem['applications'][number]['budgets'] = {};
    for (let count = chance(0.3) ? 2 : 1; count > 0; count -= 1) {
      const term = pick(terms);
      // Between just below the least and what most have.
      budgets[term] = Math.max(0, (pick(free).terms[term] ?? 0) * (0.85 + 0.2 * random()));
    }
    app.budgets = budgets;
  }
  if (terms.length > 0 && (app.budgets === undefined || chance(0.3))) {
    const first = pick(terms);
    const rest = terms.filter((term) => term !== first);
    app.order = [
      { term: first, tolerance: pick([0, 0.05, 0.3]) },
      ...(rest.length > 0 && chance(0.6) ? [{ term: pick(rest), tolerance: pick([0, 0.1]) }] : []),
    ];
  }
  const outcomes = free.filter(({ terms: of }) =>
    TERMS.every(
      (term) => (of[term] ?? 0) <= (app.budgets?.[term] ?? Number.POSITIVE_INFINITY) * (1 + 1e-9) + 1e-12,
    ),
  );
  return { problem, outcomes };
}
