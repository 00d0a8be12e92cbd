import { createHash } from 'node:crypto';
import { AppliedManifestWorkResource } from '../../../src/api/ocm/appliedmanifestwork.ts';
import { ManifestWorkResource } from '../../../src/api/ocm/manifestwork.ts';
import { createClient } from '../../../src/kube/client.ts';
import type { Endpoint } from '../../../src/kube/endpoint.ts';
import { createInformerFactory } from '../../../src/kube/informer.ts';
import { Transport } from '../../../src/kube/transport.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { Controller } from '../../../src/runtime/controller.ts';
import { realClock } from '../../../src/runtime/realclock.ts';
import type { Logger } from '../../../src/runtime/reconcile.ts';
import { AppliedWorkReconciler } from './appliedworkreconciler.ts';
import { AppliedWorks } from './appliedworks.ts';
import { BoundedRetry } from './boundedretry.ts';
import { createRestMapping } from './discovery/restmapping.ts';
import { createExecutorCheck } from './executor.ts';
import { FeedbackWatches } from './feedback/watches.ts';
import { ManifestApplier } from './manifestapplier.ts';
import { WorkReconciler } from './workreconciler.ts';
import type { ManifestState } from './workstate.ts';

/** Periods and limits, in milliseconds and requests per second. */
export interface WorkAgentTuning {
  statusSyncIntervalMs: number;
  reapplyIntervalMs: number;
  executorRetryIntervalMs: number;
  evictionGraceMs: number;
  maxFeedbackWatch: number;
  workers: number;
  spokeQps: number;
  spokeBurst: number;
  hubQps: number;
  hubBurst: number;
}

/** What OCM's agent does when it is told nothing. */
export const OCM_DEFAULTS: WorkAgentTuning = {
  statusSyncIntervalMs: 10_000,
  reapplyIntervalMs: 5 * 60_000,
  executorRetryIntervalMs: 60_000,
  evictionGraceMs: 60 * 60_000,
  maxFeedbackWatch: 50,
  workers: 10,
  spokeQps: 50,
  spokeBurst: 100,
  hubQps: 50,
  hubBurst: 100,
};

export interface WorkAgentOptions extends Partial<WorkAgentTuning> {
  hub: Endpoint;
  spoke: Endpoint;
  /** Name of the managed cluster, which is the namespace of its works on the hub. */
  clusterName: string;
  /** Left out: the hub hash. */
  agentID?: string;
  log: Logger;
  clock?: Clock;
  random?: () => number;
}

export interface WorkAgent {
  /** Resolves when both caches hold their first list and work begins. */
  readonly started: Promise<void>;
  /** Undefined when well, else which server has been silent. */
  ready(): string | undefined;
  /** Resolves when work in progress has ended and every connection is closed. */
  stop(): Promise<void>;
}

const SILENT_MS = 120_000;

/**
 * Starts the work agent of one managed cluster in this process. Several can run side by side: they share
 * nothing.
 */
export function startWorkAgent(options: WorkAgentOptions): WorkAgent {
  const { hub, spoke, clusterName, log, clock = realClock, random = Math.random } = options;
  const tuning: WorkAgentTuning = { ...OCM_DEFAULTS, ...definedOf(options) };
  const hubHash = hubHashOf(hub.server);
  const abort = new AbortController();

  const hubTransport = new Transport({
    endpoint: hub,
    qps: tuning.hubQps,
    burst: tuning.hubBurst,
    userAgent: 'work-agent',
  });
  const spokeTransport = new Transport({
    endpoint: spoke,
    qps: tuning.spokeQps,
    burst: tuning.spokeBurst,
    userAgent: 'work-agent',
  });
  const hubClient = createClient(hubTransport);
  const spokeClient = createClient(spokeTransport);
  const hubCaches = createInformerFactory({ transport: hubTransport, log });
  const spokeCaches = createInformerFactory({ transport: spokeTransport, log });
  const works = hubCaches.informer({ resource: ManifestWorkResource, namespace: clusterName });
  const appliedWorks = spokeCaches.informer({ resource: AppliedManifestWorkResource });

  const watches = new FeedbackWatches({
    transport: spokeTransport,
    log,
    limit: tuning.maxFeedbackWatch,
    onChange: (id) => {
      for (const name of workReconciler.touched(id)) workController.enqueue({ namespace: clusterName, name });
    },
  });
  const books = new AppliedWorks({
    client: spokeClient,
    lister: appliedWorks.lister,
    hubHash,
    agentID: options.agentID ?? hubHash,
  });
  const mapping = createRestMapping(spokeClient);
  const retryIntervalMs = tuning.executorRetryIntervalMs;
  const applier = new ManifestApplier({
    spoke: spokeClient,
    mapping,
    executor: createExecutorCheck({ client: spokeClient, clock, retryIntervalMs }),
    clock,
    executorRetryMs: retryIntervalMs,
    longestRetryMs: tuning.reapplyIntervalMs,
    watched: (state) => watchedObject(watches, state),
  });
  const workReconciler = new WorkReconciler({
    hub: hubClient,
    spoke: spokeClient,
    works: works.lister,
    books,
    applier,
    mapping,
    watches,
    clock,
    random,
    reapplyIntervalMs: tuning.reapplyIntervalMs,
    statusSyncIntervalMs: tuning.statusSyncIntervalMs,
  });
  const appliedWorkReconciler = new AppliedWorkReconciler({
    spoke: spokeClient,
    books,
    workExists: (name) => works.lister.get({ namespace: clusterName, name }) !== undefined,
    evictionGraceMs: tuning.evictionGraceMs,
    clock,
  });
  const { workers } = tuning;
  const workController = new Controller({
    name: 'work',
    reconciler: new BoundedRetry(workReconciler, tuning.statusSyncIntervalMs),
    workers,
    clock,
    log,
  });
  const appliedController = new Controller({
    name: 'appliedwork',
    reconciler: new BoundedRetry(appliedWorkReconciler, tuning.statusSyncIntervalMs),
    workers,
    clock,
    log,
  });

  works.onEvent(({ key, old, new: now }) => {
    workController.enqueue(key);
    // Only coming and going matters to the books.
    if (!old || !now) appliedController.enqueue({ namespace: '', name: books.nameFor(key.name) });
  });
  appliedWorks.onEvent(({ key, old, new: now }) => {
    appliedController.enqueue(key);
    const object = now ?? old;
    if (object && (!now || now.metadata.deletionTimestamp) && object.spec.hubHash === hubHash) {
      workController.enqueue({ namespace: clusterName, name: object.spec.manifestWorkName });
    }
  });

  const caches = [hubCaches.start(abort.signal), spokeCaches.start(abort.signal)];
  const started = Promise.all([
    hubCaches.waitForSync(abort.signal),
    spokeCaches.waitForSync(abort.signal),
  ]).then(() => undefined);
  const running = started.then(
    () => Promise.all([workController.run(abort.signal), appliedController.run(abort.signal)]),
    () => undefined,
  );

  return {
    started,
    ready() {
      if (!works.hasSynced() || works.staleMs() > SILENT_MS) return 'the hub is silent';
      if (!appliedWorks.hasSynced() || appliedWorks.staleMs() > SILENT_MS)
        return 'the managed cluster is silent';
      return undefined;
    },
    async stop() {
      abort.abort(new Error('the work agent stops'));
      await running;
      await watches.close();
      await Promise.all(caches);
      hubTransport.close();
      spokeTransport.close();
    },
  };
}

/** Hex SHA-256 of the hub's URL as the kubeconfig has it, without the slash at its end. */
function hubHashOf(server: URL): string {
  return createHash('sha256').update(server.href.replace(/\/+$/, '')).digest('hex');
}

/**
 * The watch's object, unless it is older than what the agent applied last: an old state would undo what the
 * hub was told already. Versions of one kind can be compared as numbers since Kubernetes 1.35.
 */
function watchedObject(watches: FeedbackWatches, { target, resourceVersion }: ManifestState) {
  const object = target ? watches.get(target) : undefined;
  const seen = Number(object?.metadata.resourceVersion);
  return seen < Number(resourceVersion) ? undefined : object;
}

function definedOf(options: Partial<WorkAgentTuning>): Partial<WorkAgentTuning> {
  const names = Object.keys(OCM_DEFAULTS) as (keyof WorkAgentTuning)[];
  return Object.fromEntries(
    names.flatMap((name) => (options[name] === undefined ? [] : [[name, options[name]]])),
  );
}
