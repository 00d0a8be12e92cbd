import type { ConditionDraft } from '../../../api/conditions.ts';
import type { PlaceState } from '../running.ts';
import { NAMED, type ReportInput } from './reportinput.ts';

/** Available: every service answers calls somewhere, in whatever revision. */
export function availableCondition({ app, places }: ReportInput): ConditionDraft {
  const { namespace = '' } = app.metadata;
  const type = 'Available';
  const wanted = places.filter((place) => place.wanted > 0);
  if (wanted.length === 0)
    return { type, status: 'False', reason: 'NothingRuns', message: 'no service runs anywhere' };
  // Old Pods of an update or a move answer calls, too.
  const serving = new Set(
    places.filter(({ state }) => (state?.serving ?? 0) > 0).map(({ service }) => service),
  );
  const down = wanted.filter(({ service }) => !serving.has(service));
  if (down.length === 0)
    return { type, status: 'True', reason: 'EveryServiceRuns', message: 'every service has ready replicas' };
  return {
    type,
    status: 'False',
    reason: 'ServicesDown',
    message: placesText(down, namespace),
  };
}

/** The first places of several, one after the other. */
export function placesText(places: readonly PlaceState[], namespace: string): string {
  return places
    .slice(0, NAMED)
    .map((place) => placeText(place, namespace))
    .join('; ');
}

/** `web: 0 of 2 ready on edge-a`, with what to look at once the Deployment there has given up waiting. */
function placeText({ service, cluster, wanted, state }: PlaceState, namespace: string): string {
  const text = `${service}: ${state?.ready ?? 0} of ${wanted} ready on ${cluster}`;
  if (!state?.deadlineExceeded) return text;
  return `${text} for 5 min; the cluster does not report why until the agent is installed (kubectl --context ${cluster} describe deployment -n ${namespace} ${state.name})`;
}
