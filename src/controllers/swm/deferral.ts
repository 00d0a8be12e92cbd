import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
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
export function emptied(
  snapshot: Snapshot,
  states: ReadonlyMap<string, AppState>,
  id: string,
): { snapshot: Snapshot; states: Map<string, AppState> } {
  const telemetry = snapshot.telemetry.map((object) => {
    const { applications: _, ...spec } = object.spec;
    return { ...object, spec };
  });
  const alone = [...states].map(([each, state]): [string, AppState] => [
    each,
    each === id ? state : { ...state, plan: undefined, decided: undefined },
  ]);
  return { snapshot: { ...snapshot, telemetry }, states: new Map(alone) };
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
  return `Held by ${named.join(', ')}${more}`;
}
