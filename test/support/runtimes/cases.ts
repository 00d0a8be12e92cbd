import { parseProblem } from '../../../src/engine/parse.ts';
import type { Problem } from '../../../src/engine/problem.ts';
import { createPlacer } from '../../../src/engine/session/placer.ts';
import { solve } from '../../../src/engine/solve.ts';
import { PROBLEM_FORMAT } from '../../../src/engine/vocabulary.ts';
import { instanceOf } from '../../performance/placement/generator/instance.ts';
import { syntheticWorld } from '../../performance/placement/generator/regions.ts';
import { randomProblem } from '../randomproblem.ts';

/** What is asked of the engine in every runtime; no clock decides. */
export interface RuntimeCase {
  readonly name: string;
  readonly work: number;
  readonly problem: Problem;
}

/** By exact search, by the large path, several applications at once, and tiny ones with every feature. */
export function runtimeCases(): RuntimeCase[] {
  const world = syntheticWorld();
  const sized = (services: number, locations: number, family: 'sparse' | 'dense', work: number) => {
    const { name, problem } = instanceOf(world, {
      family,
      services,
      locations,
      tightness: 0.25,
      profile: 'balanced',
      seed: services,
      bandwidth: services === 12,
      residency: true,
    });
    return { name, work, problem };
  };
  const tiny = Array.from({ length: 16 }, (_, at) => at + 1).map((seed) => ({
    name: `tiny ${seed}`,
    work: 2e6,
    problem: randomProblem(seed),
  }));
  const [first, second] = [sized(10, 24, 'sparse', 0), sized(14, 24, 'sparse', 0)];
  const together = parseProblem({
    ...first.problem,
    format: PROBLEM_FORMAT,
    datasets: [],
    applications: [first, second].map(({ problem }, at) => ({
      ...problem.applications[0]!,
      id: `app-${at}`,
      entryPoints: [],
      services: problem.applications[0]!.services.map((service) => ({ ...service, data: [] })),
    })),
  });
  return [
    sized(12, 30, 'dense', 1e7),
    sized(20, 50, 'sparse', 2e7),
    sized(60, 300, 'sparse', 4e7),
    { name: 'two applications', work: 2e7, problem: together },
    ...tiny,
  ];
}

/** The result as text, byte for byte. */
export function solved({ problem, work }: RuntimeCase): string {
  return JSON.stringify(solve(problem, { work, seed: 7, clock: () => 0, cancelled: () => false }));
}

/** A session on the same problem: settled, one figure changed, decided. */
export function decided({ problem, work }: RuntimeCase): string {
  const effort = { work: work / 4, clock: () => 0, cancelled: () => false };
  const placer = createPlacer(problem, 7);
  const { services } = placer.settle(effort).answer();
  placer.adopt();
  const location = services[0]?.shares[0]?.location ?? problem.locations[0]!.id;
  placer.apply({ location, figures: { gramsPerKWh: 900, availability: 0.97 } });
  const { objective, staying, moves, work: spent, answer } = placer.decide(effort);
  return JSON.stringify({ objective, staying, moves, spent, answer: answer() });
}

/** Everything that the runtimes are compared by, by name. */
export function answersOf(cases: readonly RuntimeCase[]): Record<string, string> {
  const answers: Record<string, string> = {};
  for (const each of cases) {
    answers[each.name] = solved(each);
    if (each.problem.applications.length === 1) answers[`${each.name}, session`] = decided(each);
  }
  return answers;
}

/** Names of the answers that are not the same in both, byte for byte. */
export function differing(a: Record<string, string>, b: Record<string, string>): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}
