import type { ManifestStatus, ManifestWork } from '../../src/api/ocm/manifestwork.ts';
import { FEEDBACK } from '../../src/work/manifestwork.ts';
import { toWorkState, type WorkState } from '../../src/work/workstate.ts';

/** Builders for works as a work agent would answer them. */

const SINCE = '2026-01-01T00:00:00Z';

export interface DeploymentAnswer {
  generation?: number;
  observedGeneration?: number;
  replicas?: number;
  updated?: number;
  ready?: number;
  progressing?: string;
}

/** Manifest `kind/name` that was applied, or refused with `refusal` as the agent's message. */
export function aManifestStatus(
  kind: string,
  name: string,
  answer: { deployment?: DeploymentAnswer; refusal?: string; ordinal?: number } = {},
): ManifestStatus {
  const { deployment, refusal, ordinal = 0 } = answer;
  const { generation = 1, replicas = 1, progressing } = deployment ?? {};
  const { observedGeneration = generation, updated = replicas, ready = updated } = deployment ?? {};
  const integer = (of: string, value: number) => ({
    name: of,
    fieldValue: { type: 'Integer' as const, integer: value },
  });
  return {
    resourceMeta: { kind, name, namespace: 'shop', ordinal },
    conditions: [
      {
        type: 'Applied',
        status: refusal === undefined ? 'True' : 'False',
        reason: refusal === undefined ? 'AppliedManifestComplete' : 'AppliedManifestFailed',
        message: refusal ?? 'Apply manifest complete',
        lastTransitionTime: SINCE,
      },
    ],
    ...(deployment
      ? {
          statusFeedback: {
            values: [
              integer(FEEDBACK.generation, generation),
              integer(FEEDBACK.observedGeneration, observedGeneration),
              integer(FEEDBACK.replicas, replicas),
              integer(FEEDBACK.updated, updated),
              integer(FEEDBACK.ready, ready),
              ...(progressing === undefined
                ? []
                : [
                    {
                      name: FEEDBACK.progressing,
                      fieldValue: { type: 'String' as const, string: progressing },
                    },
                  ]),
            ],
          },
        }
      : {}),
  };
}

/** A rendered work as it lies on the hub, answered at `observed` (default: its generation) or never. */
export function onHub(
  work: ManifestWork,
  answer: {
    generation?: number;
    observed?: number | 'never';
    manifests?: ManifestStatus[];
    deleting?: boolean;
  } = {},
): WorkState {
  const { generation = 1, observed = generation, manifests = [], deleting = false } = answer;
  const failed = manifests.some(({ conditions }) => conditions.some(({ status }) => status === 'False'));
  return toWorkState({
    ...work,
    metadata: {
      ...work.metadata,
      uid: `uid-${work.metadata.namespace}-${work.metadata.name}`,
      resourceVersion: '1',
      generation,
      ...(deleting ? { deletionTimestamp: SINCE } : {}),
    },
    ...(observed === 'never'
      ? {}
      : {
          status: {
            conditions: [
              {
                type: 'Applied',
                status: failed ? 'False' : 'True',
                observedGeneration: observed,
                reason: failed ? 'AppliedManifestWorkFailed' : 'AppliedManifestWorkComplete',
                message: '',
                lastTransitionTime: SINCE,
              },
            ],
            resourceStatus: { manifests },
          },
        }),
  });
}
