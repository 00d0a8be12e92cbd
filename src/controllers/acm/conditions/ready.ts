import type { ConditionDraft } from '../../../api/conditions.ts';
import { isReady } from '../running.ts';
import { placesText } from './available.ts';
import { NAMED, type ReportInput } from './reportinput.ts';

/** What must be True before Ready can be. */
const REQUIRED: readonly string[] = ['ModelValid', 'Planned', 'Distributed', 'EdgesSatisfied'];

/** True only if the newest generation is accepted, its decision runs everywhere, and no ASSURED edge is broken. */
export function readyCondition(
  { app, accepted, plan, places, distributed }: ReportInput,
  drafts: readonly ConditionDraft[],
): ConditionDraft {
  const no = (reason: string, message: string): ConditionDraft => ({
    type: 'Ready',
    status: 'False',
    reason,
    message,
  });
  const blocking = drafts.find(({ type, status }) => REQUIRED.includes(type) && status !== 'True');
  if (blocking) return no(blocking.reason, `${blocking.type}: ${blocking.message}`);
  const newest =
    accepted?.generation === app.metadata.generation && plan?.spec.decision?.revision === accepted?.revision;
  if (!newest) return no('OlderRevisionRuns', 'an older generation of the model runs');
  const lacking = places.filter((place) => place.wanted > 0 && !isReady(place));
  if (lacking.length > 0) return no('ReplicasMissing', placesText(lacking, app.metadata.namespace ?? ''));
  const leaving = places.filter((place) => place.wanted === 0);
  if (!distributed || leaving.length > 0) {
    const names = leaving.slice(0, NAMED).map(({ service, cluster }) => `${service} on ${cluster}`);
    return no('OldCopiesLeft', `old copies are still going: ${names.join(', ')}`);
  }
  return {
    type: 'Ready',
    status: 'True',
    reason: 'AllReady',
    message: 'the newest generation runs as decided, all replicas are ready',
  };
}
