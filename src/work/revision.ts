import type { CodecoApp, CodecoAppSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import { CODECO_APP } from '../api/codeco/v1alpha1/codecoapp.ts';
import type { ControllerRevision } from '../api/core.ts';
import { hashOf } from '../api/hash.ts';
import { MANAGED_BY, MANAGED_BY_LABEL, safeName } from '../api/labels.ts';
import type { ObjectMeta } from '../api/meta.ts';

/** Names of ControllerRevisions end in the hash; the rest may be cut, the hash never. */
const NAME_LIMIT = 200;

/**
 * The model of an app as an immutable ControllerRevision, named by its content and the app's uid (an earlier
 * app of the same name may still be going): what runs is always rendered
 * from one, so that a bad edit of the app changes nothing, and a work deleted by hand comes back as it was.
 */
export function toRevision(app: CodecoApp): ControllerRevision {
  const { name, namespace = '', uid = '' } = app.metadata;
  const { suspend: _, ...model } = app.spec;
  return {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: {
      name: safeName([name, hashOf({ model, uid }, 10)], NAME_LIMIT),
      namespace,
      labels: { [MANAGED_BY_LABEL]: MANAGED_BY },
      ownerReferences: [{ ...CODECO_APP, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    data: { spec: model, generation: app.metadata.generation ?? 1 },
    revision: app.metadata.generation ?? 1,
  };
}

/** What a cache keeps of a revision: who owns it, and its model as text, a tenth of the objects it stands for. */
export interface RevisionState {
  metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'uid' | 'ownerReferences'>;
  /** Generation of the app that the model was taken from. */
  generation: number;
  /** JSON; undefined for revisions of other kinds. */
  model: string | undefined;
}

export function toRevisionState({ metadata, data }: ControllerRevision): RevisionState {
  const { name, namespace = '', uid = '', ownerReferences = [] } = metadata;
  const ours = ownerReferences.some(({ kind }) => kind === CODECO_APP.kind);
  const { spec, generation = 0 } = (data ?? {}) as { spec?: CodecoAppSpec; generation?: number };
  return {
    metadata: { name, namespace, uid, ownerReferences },
    generation,
    model: ours && spec !== undefined ? JSON.stringify(spec) : undefined,
  };
}

/** The whole model in a revision; undefined for revisions of other kinds. */
export function modelOf({ model }: RevisionState): CodecoAppSpec | undefined {
  return model === undefined ? undefined : (JSON.parse(model) as CodecoAppSpec);
}
