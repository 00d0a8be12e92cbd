import { type ConditionDraft, findCondition } from '../../../src/api/conditions.ts';
import type { OwnerReference } from '../../../src/api/meta.ts';
import type { ManifestWork } from '../../../src/api/ocm/manifestwork.ts';
import type { Client } from '../../../src/runtime/client.ts';
import type { Clock } from '../../../src/runtime/clock.ts';
import { applyManifest } from './apply/applymanifest.ts';
import { IgnoreFieldError } from './apply/ignorefields.ts';
import { availableOf, type Look } from './available.ts';
import { COMPLETE, conditionsOf } from './conditions/rules.ts';
import type { RestMapping } from './discovery/restmapping.ts';
import { textOf } from './errortext.ts';
import { type ExecutorCheck, NotAllowedError } from './executor.ts';
import { feedbackOf } from './feedback/values.ts';
import { type Manifest, ManifestError, targetOf } from './manifest.ts';
import { configFor } from './manifestconfig.ts';
import { getOrUndefined, isOrphaned } from './ownership.ts';
import { type ManifestState, toldOf } from './workstate.ts';

export interface ManifestApplierOptions {
  spoke: Client;
  mapping: RestMapping;
  executor: ExecutorCheck;
  clock: Clock;
  /** Fixed wait after a refused executor. */
  executorRetryMs: number;
  /** Longest back-off after any other failure. */
  longestRetryMs: number;
  /** The watched object, when it is at least as new as the one of this version. */
  watched: (state: ManifestState) => Manifest | undefined;
}

const FIRST_RETRY_MS = 20;

/** Applies one manifest, or looks at its object, and notes in its state what came of it. Never rejects. */
export class ManifestApplier {
  readonly #options: ManifestApplierOptions;

  constructor(options: ManifestApplierOptions) {
    this.#options = options;
  }

  async apply(work: ManifestWork, state: ManifestState, owner: OwnerReference): Promise<void> {
    const { clock, executorRetryMs, longestRetryMs } = this.#options;
    try {
      const live = await this.#applied(work, state, owner);
      state.applied = {
        type: 'Applied',
        status: 'True',
        reason: 'AppliedManifestComplete',
        message: 'Apply manifest complete',
      };
      state.retryAt = undefined;
      state.failures = 0;
      // Nothing was applied: the object is read apart.
      if (live) this.#note(state, { live });
      else await this.look(state, 'Read');
    } catch (error) {
      state.applied = {
        type: 'Applied',
        status: 'False',
        ...failureOf(error),
      };
      state.failures += 1;
      const backOff = Math.min(FIRST_RETRY_MS * 2 ** (state.failures - 1), longestRetryMs);
      state.retryAt = clock.monotonic() + (error instanceof NotAllowedError ? executorRetryMs : backOff);
      await this.look(state, 'Read');
    }
  }

  /** @param from `Cache`: the watch's object will do where there is one */
  async look(state: ManifestState, from: 'Cache' | 'Read'): Promise<void> {
    const { spoke, watched } = this.#options;
    if (!state.target) {
      this.#note(state, { unresolved: true });
      return;
    }
    const cached = from === 'Cache' ? watched(state) : undefined;
    try {
      this.#note(state, { live: cached ?? (await getOrUndefined(spoke, state.target)) });
    } catch (error) {
      this.#note(state, { error });
    }
  }

  /** Takes over what a watch knows already; asks nobody. */
  catchUp(state: ManifestState): void {
    const live = this.#options.watched(state);
    if (live) this.#note(state, { live });
  }

  async #applied(
    work: ManifestWork,
    state: ManifestState,
    owner: OwnerReference,
  ): Promise<Manifest | undefined> {
    const { spoke, mapping, executor } = this.#options;
    const { manifest } = state;
    if (!manifest.apiVersion || !manifest.kind)
      throw new ManifestError('a manifest needs apiVersion and kind');
    const resource = await mapping.resourceOf(manifest);
    const target = targetOf(manifest, resource);
    const config = configFor(work.spec.manifestConfigs, target);
    state.target = target;
    state.config = config;
    state.resourceMeta = { ...state.resourceMeta, resource: resource.plural };
    if (state.complete) return undefined;
    if (findCondition(work.status?.conditions, COMPLETE)?.status === 'True') {
      if (toldOf(work, state.resourceMeta, 'Applied')?.status === 'True') return undefined;
      throw new ManifestError('the work is complete and receives no updates');
    }
    const orphaned = isOrphaned(work.spec.deleteOption, target);
    if (work.spec.executor) await executor.check(work.spec.executor, target, manifest, orphaned);
    const { strategy } = config;
    const { settledHash } = state;
    const outcome = await applyManifest({
      client: spoke,
      target,
      manifest,
      strategy,
      owner,
      orphaned,
      settledHash,
    });
    state.settledHash = outcome.settledHash;
    state.uid = outcome.live?.metadata.uid;
    state.resourceVersion = outcome.live?.metadata.resourceVersion;
    return outcome.live;
  }

  #note(state: ManifestState, look: Look): void {
    state.available = availableOf(look);
    // What was last delivered stays when the object cannot be read; Available tells that it is old.
    if ('live' in look && look.live && state.target && state.config) {
      state.feedback = feedbackOf(state.config.feedbackRules, state.target, look.live);
      state.ruled = conditionsOf(state.config.conditionRules, state.target, look.live);
      state.complete = state.ruled.some(({ type, status }) => type === COMPLETE && status === 'True');
    }
  }
}

function failureOf(error: unknown): Pick<ConditionDraft, 'reason' | 'message'> {
  return error instanceof IgnoreFieldError
    ? {
        reason: 'AppliedManifestSSAIgnoreFieldError',
        message: `Failed to process ignoreFields: ${textOf(error)}`,
      }
    : { reason: 'AppliedManifestFailed', message: `Failed to apply manifest: ${textOf(error)}` };
}
