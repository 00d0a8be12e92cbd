import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { keyString } from '../../api/meta.ts';
import { type AppState, heldByCluster } from '../../snapshot/appstate.ts';
import { compareText } from '../../snapshot/order.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';

/** Rules that an app may fail only because somebody else was there first. */
const SHORTAGES: ReadonlySet<string> = new Set(['Capacity', 'Shape', 'Bandwidth']);
const NAMED_HOLDERS = 3;

/** Whether a refusal may be one of capacity, so that it is worth asking what would be in an empty federation. */
export function mayBeShortage({ attempt }: AssignmentPlanSpec): boolean {
  return (
    attempt?.verdict === 'Infeasible' && (attempt.conflict ?? []).some(({ rule }) => SHORTAGES.has(rule))
  );
}

/** The world as if the suite ran nothing but the given app. Other tenants stay. */
export function emptied(world: World, id: string): World {
  return without(world, new Set([...world.states.keys()].filter((each) => each !== id)));
}

interface World {
  snapshot: Snapshot;
  states: ReadonlyMap<string, AppState>;
}

/** The world as if the given apps were not there. */
export function without({ snapshot, states }: World, ids: ReadonlySet<string>): World {
  const gone = (app: { namespace: string; name: string }) => ids.has(keyString(app));
  const freed = new Set([...ids].flatMap((id) => [...heldByCluster(states.get(id)!).keys()]));
  const telemetry = snapshot.telemetry.map((object) => {
    const { applications, shapes, ...spec } = object.spec;
    // How large a Pod would fit beside those that stay is not known.
    const kept = shapes && !freed.has(object.metadata.namespace ?? '') ? { shapes } : {};
    const others = applications?.filter((app) => !gone(app));
    return { ...object, spec: { ...spec, ...kept, ...(others ? { applications: others } : {}) } };
  });
  const left = [...states].map(([id, state]): [string, AppState] => [
    id,
    ids.has(id) ? { ...state, plan: undefined, decided: undefined } : state,
  ]);
  return { snapshot: { ...snapshot, telemetry }, states: new Map(left) };
}

/** The refusal of an app that an empty federation could run: it waits, and for whom. */
export function deferredSpec(
  spec: AssignmentPlanSpec,
  states: ReadonlyMap<string, AppState>,
  id: string,
): AssignmentPlanSpec {
  if (spec.attempt === undefined) return spec;
  const { relaxations: _, ...attempt } = spec.attempt;
  const messages = [...new Set((attempt.conflict ?? []).map(({ message }) => message))].join('; ');
  const reason = `waits for capacity: ${messages}. ${holders(states, id)}`;
  return { ...spec, attempt: { ...attempt, verdict: 'Deferred', reason: reason.slice(0, 2048) } };
}

/** `Held by shop/big (700 cpu on cloud), …`: the largest holders by cpu. */
function holders(states: ReadonlyMap<string, AppState>, id: string): string {
  const held = [...states.values()].flatMap((state) =>
    state.id === id
      ? []
      : [...heldByCluster(state)].map(([cluster, { cpu = 0 }]) => ({ app: state.id, cluster, cpu })),
  );
  held.sort((a, b) => b.cpu - a.cpu || compareText(a.app, b.app) || compareText(a.cluster, b.cluster));
  const named = held
    .slice(0, NAMED_HOLDERS)
    .map(({ app, cluster, cpu }) => `${app} (${Math.round(cpu * 1000) / 1000} cpu on ${cluster})`);
  const more = held.length > NAMED_HOLDERS ? ` and ${held.length - NAMED_HOLDERS} more` : '';
  return named.length === 0 ? 'Held by nobody that is known' : `Held by ${named.join(', ')}${more}`;
}
