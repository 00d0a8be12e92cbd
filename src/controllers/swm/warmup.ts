import type { Solve } from '../../engine/port.ts';
import type { Problem } from '../../engine/problem.ts';
import { PROBLEM_FORMAT } from '../../engine/vocabulary.ts';

/** Solves of the small problem: the first loads what the engine loads late, the others let it be compiled. */
const SOLVES = 8;

/**
 * Runs the engine on a small problem before anybody waits: the first app after a start
 * would else pay for it. A failure is left to the first real problem, where it is told.
 */
export function warmUp(solve: Solve): void {
  try {
    for (let seed = 1; seed <= SOLVES; seed += 1)
      solve(SMALL, { work: 10_000_000, seed, clock: () => 0, cancelled: () => false });
  } catch {
    // Told by the first problem that somebody waits for.
  }
}

const LOCATIONS = ['a', 'b', 'c', 'd'];
const SERVICES = ['front', 'back', 'store'];

/** One app with channels between its services, on a ring of places. */
const SMALL: Problem = {
  format: PROBLEM_FORMAT,
  locations: LOCATIONS.map((id) => ({ id, labels: {}, taints: [], free: { cpu: 4, memory: 8, pods: 10 } })),
  nodes: [],
  links: LOCATIONS.map((from, at) => ({
    from,
    to: LOCATIONS[(at + 1) % LOCATIONS.length]!,
    delayMs: 1 + at,
    bidirectional: true,
  })),
  datasets: [],
  applications: [
    {
      id: 'warm-up',
      class: 'Gold',
      profile: { cost: 1, carbon: 0, delay: 1, resilience: 0, balance: 1, migration: 0 },
      excluded: {},
      crossing: true,
      survive: 'None',
      services: SERVICES.map((id) => ({
        id,
        demand: { cpu: 1, memory: 1, pods: 1 },
        replicas: 1,
        requirements: [],
        tolerations: [],
        notLocations: [],
        data: [],
        move: { policy: 'Anywhere' },
        running: [],
      })),
      channels: SERVICES.slice(1).map((service, at) => ({
        id: `to-${service}`,
        from: SERVICES[at]!,
        to: { service },
        class: 'ASSURED',
        maxDelayMs: 10,
        callsPerSecond: 1,
        bytesPerCall: 1000,
        assumed: false,
        clean: true,
      })),
      entryPoints: [],
    },
  ],
  fixed: [],
};
