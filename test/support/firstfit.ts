import type { Solve } from '../../src/engine/port.ts';
import type { Application, Problem, ResourceAmounts } from '../../src/engine/problem.ts';
import type { ApplicationResult } from '../../src/engine/result.ts';
import { RESULT_FORMAT } from '../../src/engine/vocabulary.ts';

/**
 * An engine for tests of what stands around the engine: first fit by candidate name, capacity the only
 * rule, a service never divided, what runs kept where it runs. Apps in order of class, then id.
 */
export const firstFit: Solve = (problem, { seed }) => {
  const free = new Map(problem.locations.map(({ id, free: amounts }) => [id, { ...amounts }]));
  const order = ['Gold', 'Silver', 'BestEffort'];
  const applications = problem.applications
    .toSorted((a, b) => order.indexOf(a.class) - order.indexOf(b.class) || (a.id < b.id ? -1 : 1))
    .map((application) => place(application, free, problem));
  return {
    format: RESULT_FORMAT,
    engine: 'first-fit/1',
    seed,
    work: applications.length,
    applications: applications.toSorted((a, b) => (a.application < b.application ? -1 : 1)),
    prices: {},
  };
};

function place(
  application: Application,
  free: Map<string, ResourceAmounts>,
  problem: Problem,
): ApplicationResult {
  const taken: [string, ResourceAmounts][] = [];
  const answer: ApplicationResult = {
    application: application.id,
    verdict: 'Feasible',
    services: [],
    channels: [],
    terms: {},
    normalised: {},
    proof: 'None',
    conflict: [],
    relaxations: [],
    dropped: [],
  };
  for (const { id, demand, replicas, running = [] } of application.services) {
    const need = Object.entries(demand).map(([name, amount]) => [name, amount * replicas] as const);
    const fits = (location: string) =>
      need.every(([name, amount]) => (free.get(location)?.[name] ?? 0) >= amount);
    const candidates = application.candidates ?? problem.locations.map((location) => location.id);
    const chosen = [...running.map(({ location }) => location), ...candidates].find(fits);
    if (chosen === undefined) {
      for (const [location, amounts] of taken) {
        for (const [name, amount] of Object.entries(amounts)) free.get(location)![name]! += amount;
      }
      const message = `service ${id} fits nowhere`;
      return {
        ...answer,
        verdict: 'Deferred',
        services: [],
        conflict: [{ rule: 'Capacity', application: application.id, service: id, message }],
      };
    }
    for (const [name, amount] of need) free.get(chosen)![name]! -= amount;
    taken.push([chosen, Object.fromEntries(need)]);
    answer.services.push({ service: id, shares: [{ location: chosen, replicas }], ruledOut: [] });
  }
  return answer;
}
