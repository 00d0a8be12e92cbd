import type { AssignmentPlan } from '../../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp, CodecoAppSpec } from '../../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConditionDraft } from '../../../api/conditions.ts';
import type { Trouble } from '../../../work/feedback.ts';
import type { PlaceState } from '../running.ts';
import type { Violation } from '../violations.ts';

/** Everything that the status of an app is made of. */
export interface ReportInput {
  app: CodecoApp;
  accepted: { revision: string; generation: number } | undefined;
  modelValid: ConditionDraft;
  /** What the API server was last asked about the Pods of the app. */
  podCheck: { generation: number; level: string } | undefined;
  fieldsIgnored: ConditionDraft | undefined;
  /** The model that the decision was made of. */
  decidedSpec: CodecoAppSpec | undefined;
  plan: AssignmentPlan | undefined;
  places: readonly PlaceState[];
  troubles: readonly Trouble[];
  /** What keeps works from being rendered whole. */
  problems: readonly string[];
  /** Works that the hub keeps otherwise than they were written: `cluster/work: spec.path`. */
  dropped: readonly string[];
  waitingForBase: readonly string[];
  /** Every work of the decision lies on the hub as it was rendered. */
  distributed: boolean;
  /** Clusters whose work agent has not looked at a change for a minute, with the seconds. */
  silent: readonly { cluster: string; seconds: number }[];
  /** Some cluster of the federation holds a security or compliance class. */
  classified: { security: boolean; compliance: boolean };
  /** Where what runs is no longer allowed to. */
  violations: readonly Violation[];
  now: string;
}

/** Things that one message names; the rest is counted. */
export const NAMED = 3;

/** The first few texts, and how many more there are. */
export function firstOf(texts: readonly string[], shown: number = NAMED): string {
  const more = texts.length > shown ? `; and ${texts.length - shown} more` : '';
  return `${texts.slice(0, shown).join('; ')}${more}`;
}
