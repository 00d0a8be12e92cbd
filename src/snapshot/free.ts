import type { ResourceAmounts } from '../engine/problem.ts';
import { larger, minus, plus } from './amounts.ts';
import { type AppState, heldByCluster } from './appstate.ts';

/** What a cluster says about itself, in engine units. */
export interface ClusterUse {
  allocatable: ResourceAmounts;
  /** Requests of everything that is not ours; undefined without telemetry. */
  requestedByOthers: ResourceAmounts | undefined;
  /** Requests of our apps by id, as the cluster sees them. */
  observed: ReadonlyMap<string, ResourceAmounts>;
  /** Stands for other tenants where nobody measures them. */
  reserve: ResourceAmounts;
}

/** What all apps but the excepted ones hold, by cluster. */
export function heldByOthers(
  states: Iterable<AppState>,
  except: ReadonlySet<string>,
): Map<string, Map<string, ResourceAmounts>> {
  const held = new Map<string, Map<string, ResourceAmounts>>();
  for (const state of states) {
    if (except.has(state.id)) continue;
    for (const [cluster, amounts] of heldByCluster(state)) {
      const apps = held.get(cluster) ?? new Map<string, ResourceAmounts>();
      apps.set(state.id, amounts);
      held.set(cluster, apps);
    }
  }
  return held;
}

/**
 * Free = allocatable - what others request - the sum over apps of the larger of decided and observed.
 * Without telemetry others count as the reserve. Apps in `except` are decided in this problem: what they
 * hold is theirs to use again, and so is not subtracted.
 *
 * @param held what each app holds of this cluster by its plan
 */
export function freeOf(
  use: ClusterUse,
  held: ReadonlyMap<string, ResourceAmounts>,
  except: ReadonlySet<string>,
): ResourceAmounts {
  const apps = [...new Set([...held.keys(), ...use.observed.keys()])].filter((id) => !except.has(id)).sort();
  const ours = apps.map((id) => larger(held.get(id) ?? {}, use.observed.get(id) ?? {})).reduce(plus, {});
  const others = use.requestedByOthers ?? use.reserve;
  return minus(use.allocatable, plus(others, ours));
}
