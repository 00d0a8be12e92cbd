import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConditionDraft } from '../../api/conditions.ts';
import type { ObjectKey } from '../../api/meta.ts';
import type { PodSecurityLevel, PolicyRules } from '../../snapshot/policy.ts';
import type { HubObjects } from '../../work/render/manifests.ts';
import type { RevisionState } from '../../work/revision.ts';
import type { WorkState } from '../../work/workstate.ts';
import type { FederationFacts } from './federationfacts.ts';

/**
 * A CodecoApp as the cache keeps it: kubectl's copy of it, as long as itself, is judged on ingest and left
 * out.
 */
export interface CachedApp extends CodecoApp {
  fieldsIgnored: ConditionDraft | undefined;
}

/** What ACM sees of the hub, read from its caches. */
export interface AcmView {
  app(key: ObjectKey): CachedApp | undefined;
  /** All apps of a namespace. */
  apps(namespace: string): readonly CachedApp[];
  /** Apps of its namespace that render an object of the same name as this one, itself included. */
  namesakes(app: CodecoApp): readonly CachedApp[];
  /** The plan of this very app, not of an earlier one of its name. */
  plan(app: CodecoApp): AssignmentPlan | undefined;
  revisions(app: CodecoApp): readonly RevisionState[];
  works(uid: string): readonly WorkState[];
  baseWorks(cluster: string): readonly WorkState[];
  clusters(): ReadonlySet<string>;
  policy(namespace: string): PolicyRules;
  datasets(namespace: string): ReadonlySet<string>;
  profiles(): ReadonlySet<string>;
  classified(): { security: boolean; compliance: boolean };
  federation(): FederationFacts;
  /** What keeps Pods from being judged under the level, and how to mend it; undefined when nothing does. */
  podCheckObstacle(level: PodSecurityLevel): string | undefined;
  /** ConfigMaps and Secrets of a namespace. Reads the named ConfigMaps from the hub where they changed. */
  hubObjects(namespace: string, configMaps: readonly string[]): Promise<HubObjects>;
}
