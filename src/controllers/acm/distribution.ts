import type { AssignmentPlan } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { SHARD_LABEL, SPEC_HASH_ANNOTATION } from '../../api/labels.ts';
import type { ManifestWork } from '../../api/ocm/manifestwork.ts';
import { appWork, baseWork, SCRAPE_ANNOTATION } from '../../work/manifestwork.ts';
import { type AppIdentity, baseWorkName } from '../../work/names.ts';
import { type HubObjects, renderCluster } from '../../work/render/manifests.ts';
import { splitManifests } from '../../work/split.ts';
import { isApplied, type WorkState } from '../../work/workstate.ts';

/** OCM's agent keeps at most 50 watches; each namespace with Deployments takes one, some are left spare. */
const MOST_WATCHED_NAMESPACES = 40;

export interface DistributionInput {
  app: AppIdentity;
  /** The model of the revision that the decision names. */
  spec: CodecoAppSpec;
  decision: NonNullable<AssignmentPlan['spec']['decision']>;
  hub: HubObjects;
  /** Policy closes the Pods to all but their channels. */
  isolated: boolean;
  /** Works of this app, all clusters. */
  works: readonly WorkState[];
  /** Base works by cluster, all namespaces. */
  baseWorks: (cluster: string) => readonly WorkState[];
}

/** Every write that brings the hub to what the decision says, and what stands in the way. */
export interface Distribution {
  /** In order: base works come before what runs under their executor. */
  apply: { work: ManifestWork; live: WorkState | undefined }[];
  remove: WorkState[];
  /** Clusters whose base work is not applied yet; the works of the app wait for it. */
  waitingForBase: string[];
  /** References that cannot be copied, and manifests that no work can carry. */
  problems: string[];
}

/** Pure: the same inputs give the same writes, and a hub that is as it should be gives none. */
export function planDistribution(input: DistributionInput): Distribution {
  const { app, spec, decision, hub, isolated, works, baseWorks } = input;
  const result: Distribution = { apply: [], remove: [], waitingForBase: [], problems: [] };
  const wanted = new Set<string>();
  const clusters = [...new Set(decision.assignments.map(({ cluster }) => cluster))].sort();
  for (const cluster of clusters) {
    const bases = baseWorks(cluster);
    const base = bases.find(({ metadata }) => metadata.name === baseWorkName(app.namespace));
    const watch = watches(base, bases);
    const desiredBase = baseWork(app.namespace, cluster, watch);
    if (differs(desiredBase, base)) result.apply.push({ work: desiredBase, live: base });
    const { manifests, missing } = renderCluster(app, spec, decision.assignments, cluster, hub, isolated);
    result.problems.push(...missing.map((each) => `${cluster}: ${each}`));
    const here = works.filter(({ metadata }) => metadata.namespace === cluster);
    const { shards, tooBig } = splitManifests(manifests, shardOfManifest(here));
    for (const { key, bytes } of tooBig) {
      result.problems.push(
        `${cluster}: ${key} has ${Math.round(bytes / 1000)} kB; a ManifestWork carries less than 400 kB; divide it`,
      );
    }
    // OCM tries a refused executor again only after a minute: never let an app's work come before its executor.
    const executorReady =
      base !== undefined &&
      base.metadata.deletionTimestamp === undefined &&
      isApplied(base) &&
      !differs(desiredBase, base);
    if (!executorReady) result.waitingForBase.push(cluster);
    for (const [shard, content] of shards) {
      const work = appWork({
        app,
        cluster,
        shard,
        revision: decision.revision,
        decision: decision.id,
        manifests: content,
        watch,
      });
      wanted.add(`${cluster}/${work.metadata.name}`);
      const live = here.find(({ metadata }) => metadata.name === work.metadata.name);
      if (executorReady && differs(work, live)) result.apply.push({ work, live });
    }
  }
  result.remove = works.filter(
    ({ metadata }) =>
      metadata.deletionTimestamp === undefined && !wanted.has(`${metadata.namespace}/${metadata.name}`),
  );
  return result;
}

/** The first namespaces that a cluster gets are watched; what was decided once stays. */
function watches(base: WorkState | undefined, bases: readonly WorkState[]): boolean {
  const recorded = base?.metadata.annotations?.[SCRAPE_ANNOTATION];
  if (recorded !== undefined) return recorded === 'Watch';
  const watched = bases.filter(({ metadata }) => metadata.annotations?.[SCRAPE_ANNOTATION] === 'Watch');
  return watched.length < MOST_WATCHED_NAMESPACES;
}

/**
 * Whether a work must be written: its live spec is not the rendered one, or its labels and annotations lead
 * elsewhere. A work that is being deleted is written again only when it is gone.
 */
function differs(desired: ManifestWork, live: WorkState | undefined): boolean {
  if (live === undefined) return true;
  if (live.metadata.deletionTimestamp !== undefined) return false;
  const { labels = {}, annotations = {} } = desired.metadata;
  return (
    live.specHash !== annotations[SPEC_HASH_ANNOTATION] ||
    Object.entries(labels).some(([key, value]) => live.metadata.labels?.[key] !== value) ||
    Object.entries(annotations).some(([key, value]) => live.metadata.annotations?.[key] !== value)
  );
}

function shardOfManifest(works: readonly WorkState[]): Map<string, number> {
  return new Map(
    works.flatMap(({ metadata, manifestKeys }) =>
      manifestKeys.map((key): [string, number] => [key, Number(metadata.labels?.[SHARD_LABEL] ?? 0)]),
    ),
  );
}
