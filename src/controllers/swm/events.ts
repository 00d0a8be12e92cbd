import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { EventDraft } from '../../runtime/recorder.ts';

// Every event that SWM sends: Placed, PlacementFailed, PlacementFault, Displaced. All regard the CodecoApp.

export function placed(spec: AssignmentPlanSpec): EventDraft {
  return {
    type: 'Normal',
    reason: 'Placed',
    action: 'Place',
    message: spec.attempt?.reason ?? 'placed',
    dedupeKey: `placed ${spec.decision?.id}`,
  };
}

/** Infeasible, NoneFound or Deferred; what ran before keeps running. */
export function placementFailed(spec: AssignmentPlanSpec): EventDraft {
  const { verdict = 'NoneFound', reason = '' } = spec.attempt ?? {};
  return {
    type: 'Warning',
    reason: 'PlacementFailed',
    action: 'Place',
    message: `${verdict}: ${reason}`,
    dedupeKey: `failed ${spec.attempt?.generation} ${verdict}`,
  };
}

/** An app of a higher class took the room, and policy allowed it. */
export function displacedEvent(spec: AssignmentPlanSpec): EventDraft {
  return {
    type: 'Warning',
    reason: 'Displaced',
    action: 'Place',
    message: spec.attempt?.reason ?? 'displaced',
    dedupeKey: `displaced ${spec.decision?.id}`,
  };
}

/** No placement was written through a fault of the suite, not of the app: worth a bug report. */
export function placementFault(defect: string): EventDraft {
  return {
    type: 'Warning',
    reason: 'PlacementFault',
    action: 'Place',
    message: `not placed, internal: ${defect}`,
    dedupeKey: 'fault',
  };
}
