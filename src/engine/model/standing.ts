import type { Service } from '../problem.ts';

/** A service of somebody else's that is there and stays, and takes no room: what is placed has calls with it. */
export function standing(id: string, location: string): Service {
  return {
    id,
    demand: {},
    replicas: 1,
    requirements: [],
    // It is there already, whatever taint came later.
    tolerations: [{ key: '', operator: 'Exists', value: '' }],
    onlyLocations: [location],
    notLocations: [],
    data: [],
    move: { policy: 'Pinned' },
    running: [{ location, replicas: 1 }],
  };
}
