import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { within } from './tolerance.ts';

/** What all placed applications together use of every resource of every location. */
export function checkCapacity(placed: Placed): Finding[] {
  const used = new Map<string, { amounts: Map<string, number>; by: Set<string> }>();
  for (const app of placed.problem.applications) {
    if (!placed.isPlaced(app)) continue;
    for (const { id, demand } of app.services) {
      for (const { location, replicas } of placed.shares(app, id)) {
        const of = used.get(location) ?? { amounts: new Map(), by: new Set() };
        used.set(location, of);
        of.by.add(app.id);
        for (const [resource, amount] of Object.entries(demand))
          of.amounts.set(resource, (of.amounts.get(resource) ?? 0) + amount * replicas);
      }
    }
  }
  return [...used].flatMap(([location, { amounts, by }]) =>
    [...amounts].flatMap(([resource, amount]): Finding[] => {
      const of = placed.location(location);
      // Places that nobody knows are told of already.
      if (!of) return [];
      const free = of.free[resource] ?? 0;
      if (amount <= 0 || within(amount, free)) return [];
      const message = `${amount} of ${free} ${resource}`;
      return [...by].map((application) => ({ rule: 'Capacity', application, location, message }));
    }),
  );
}
