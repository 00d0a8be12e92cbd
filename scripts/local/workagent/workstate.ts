import { type ConditionDraft, findCondition } from '../../../src/api/conditions.ts';
import type { AppliedManifestWork } from '../../../src/api/ocm/appliedmanifestwork.ts';
import type { ManifestStatus, ManifestWork } from '../../../src/api/ocm/manifestwork.ts';
import { COMPLETE } from './conditions/rules.ts';
import type { Manifest, Target } from './manifest.ts';
import type { EffectiveConfig } from './manifestconfig.ts';
import type { ManifestResult } from './workstatus.ts';

/** What the agent remembers of one manifest between two looks. Lost at a restart, and then applied again. */
export interface ManifestState extends ManifestResult {
  manifest: Manifest;
  /** Undefined while the server does not know the kind, or the manifest has no name. */
  target: Target | undefined;
  config: EffectiveConfig | undefined;
  settledHash: string | undefined;
  /** Of the object as it was last applied. */
  uid: string | undefined;
  resourceVersion: string | undefined;
  /** Monotonic ms; undefined when applied. */
  retryAt: number | undefined;
  failures: number;
  /** A rule has said that the object has come to its end: it is looked at, and not applied any more. */
  complete: boolean;
}

export interface WorkState {
  /** See {@link appliedForOf}. */
  appliedFor: string;
  manifests: ManifestState[];
  /** Monotonic ms at which everything is applied again, against drift. */
  reapplyAt: number;
  /** Monotonic ms at which every object is looked at again. */
  pollAt: number;
  /** Monotonic ms at which removed manifests whose objects were still there are looked at again. */
  leftoversAt: number | undefined;
  /** Ids of targets whose watch has told of a change. */
  touched: Set<string>;
}

/**
 * What an application stands for: a change of it applies the work again. A changed annotation is none, a
 * changed label is; so are new books, whose owner references the objects do not carry yet.
 */
export function appliedForOf({ metadata }: ManifestWork, applied: AppliedManifestWork): string {
  const labels = Object.entries(metadata.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([metadata.uid, applied.metadata.uid, metadata.generation ?? 0, labels]);
}

/**
 * The state of a work that is about to be applied. Of the last round the feedback is kept (a value must not
 * vanish because the next read failed), and what the server answered to the last write.
 */
export function freshState(
  work: ManifestWork,
  applied: AppliedManifestWork,
  previous: WorkState | undefined,
): WorkState {
  const before = new Map((previous?.manifests ?? []).map((state) => [identityOf(state.manifest), state]));
  const manifests = (work.spec.workload.manifests ?? []).map((each, ordinal) => {
    const manifest = each as Manifest;
    const { feedback, settledHash, complete } = before.get(identityOf(manifest)) ?? {};
    const fresh = pendingState(manifest, ordinal);
    return {
      ...fresh,
      feedback: feedback ?? fresh.feedback,
      settledHash,
      // After a restart only the hub remembers.
      complete: complete ?? toldOf(work, fresh.resourceMeta, COMPLETE)?.status === 'True',
    };
  });
  return {
    appliedFor: appliedForOf(work, applied),
    manifests,
    reapplyAt: 0,
    pollAt: 0,
    leftoversAt: previous?.leftoversAt,
    touched: new Set(),
  };
}

/** What the hub was last told of a condition of one manifest. */
export function toldOf(
  work: ManifestWork,
  meta: ManifestStatus['resourceMeta'],
  type: string,
): ConditionDraft | undefined {
  const known = work.status?.resourceStatus?.manifests?.find(
    ({ resourceMeta: { group, kind, namespace, name } }) =>
      (group ?? '') === meta.group &&
      kind === meta.kind &&
      (namespace ?? '') === meta.namespace &&
      name === meta.name,
  );
  return findCondition(known?.conditions, type);
}

function identityOf({ apiVersion, kind, metadata }: Manifest): string {
  return JSON.stringify([apiVersion, kind, metadata?.namespace ?? '', metadata?.name ?? '']);
}

const NOT_YET: Pick<ConditionDraft, 'status' | 'reason' | 'message'> = {
  status: 'Unknown',
  reason: 'Pending',
  message: '',
};

function pendingState(manifest: Manifest, ordinal: number): ManifestState {
  const { apiVersion = '', kind = '', metadata } = manifest;
  const slash = apiVersion.indexOf('/');
  return {
    manifest,
    resourceMeta: {
      ordinal,
      group: apiVersion.slice(0, Math.max(slash, 0)),
      version: apiVersion.slice(slash + 1),
      kind,
      resource: '',
      name: metadata?.name ?? '',
      namespace: metadata?.namespace ?? '',
    },
    applied: { type: 'Applied', ...NOT_YET },
    available: { type: 'Available', ...NOT_YET },
    feedback: { values: [], condition: undefined },
    ruled: [],
    complete: false,
    target: undefined,
    config: undefined,
    settledHash: undefined,
    uid: undefined,
    resourceVersion: undefined,
    retryAt: undefined,
    failures: 0,
  };
}
