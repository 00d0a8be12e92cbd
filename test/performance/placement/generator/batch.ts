import { applicationOf, demandsOf } from './application.ts';
import { federationOf } from './federation.ts';
import { graphOf } from './graphs.ts';
import { assemble, type Instance } from './instance.ts';
import { PROFILE_NAMES, PROFILES } from './profiles.ts';
import { Random } from './random.ts';
import type { World } from './regions.ts';
import { Room } from './room.ts';

export interface BatchSpec {
  readonly applications: number;
  readonly locations: number;
  /** Share of all cores that the applications demand together. */
  readonly use: number;
  readonly seed: number;
}

/** Many applications of 5 to 20 services on one federation; one profile after the other. */
export function batchOf(world: World, { applications, locations, use, seed }: BatchSpec): Instance {
  const random = new Random(seed * 104_729 + applications);
  const base = federationOf(world, locations, random, false);
  const drafts = Array.from({ length: applications }, () => {
    const graph = graphOf('sparse', random.integer(5, 20), random);
    return { graph, demands: demandsOf(graph, random) };
  });
  const total = drafts.reduce((sum, { demands }) => sum + demands.reduce((of, { cpu }) => of + cpu, 0), 0);
  const federation = {
    ...base,
    gpus: gpusFor(
      base.gpus,
      drafts.flatMap(({ demands }) => demands),
      use,
    ),
  };
  const room = new Room(federation, total / use / Room.size(federation), random);
  const apps = drafts.map(({ graph, demands }, at) =>
    applicationOf(
      `app-${String(at).padStart(4, '0')}`,
      graph,
      demands,
      PROFILES[PROFILE_NAMES[at % PROFILE_NAMES.length]!],
      federation,
      room,
      random,
      { traffic: 'requests', bandwidth: false, residency: false },
    ),
  );
  return {
    name: `batch ${applications} on ${locations} at ${use * 100} % #${seed}`,
    ...assemble(federation, room, apps),
  };
}

/** As many GPUs, where there are any, as give them the same use as cores; else a batch would need every last one. */
function gpusFor(
  gpus: readonly number[],
  demands: readonly { 'nvidia.com/gpu'?: number }[],
  use: number,
): number[] {
  const demanded = demands.reduce((sum, { 'nvidia.com/gpu': gpu = 0 }) => sum + gpu, 0);
  const scale =
    demanded /
    use /
    Math.max(
      1,
      gpus.reduce((sum, each) => sum + each, 0),
    );
  return gpus.map((each) => Math.ceil(each * scale));
}
