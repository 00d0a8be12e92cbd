import { hashOf } from '../../api/hash.ts';
import { SPEC_HASH_ANNOTATION } from '../../api/labels.ts';
import type { ObjectMeta } from '../../api/meta.ts';
import { type ManifestWork, ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import { hasCode, isAlreadyExists } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { WorkState } from '../../work/workstate.ts';

const FIELD_MANAGER = 'codeco-acm';

export interface Written {
  /** False: it was left alone, or is larger than the hub takes. */
  sent: boolean;
  /** The work was right once and somebody changed it. */
  corrected: boolean;
  /** Set when the hub keeps something else than was written: `cluster/work: spec.path`. */
  dropped?: string;
}

/** Writes of one rendered work that come back different before it is left alone. */
const MOST_MISSES = 2;

/**
 * Writes works: the first time by create, later by server-side apply with the resourceVersion that was
 * decided on, so that a leader that woke up late is refused. What somebody added by hand belongs to them and
 * survives an apply; then the work is replaced whole. When even that comes back different (a CRD without one
 * of our fields) twice, the work is not written any more: each write would change nothing.
 */
export class WorkWriter {
  readonly #client: Client;
  /** Works that came back different: how often, and where, by name and desired hash. */
  readonly #misses = new Map<string, { times: number; path: string }>();

  constructor(client: Client) {
    this.#client = client;
  }

  async write(work: ManifestWork, live: WorkState | undefined): Promise<Written> {
    const name = `${work.metadata.namespace}/${work.metadata.name}`;
    const desired = desiredHash(work);
    const key = `${name}\n${desired}`;
    const missed = this.#misses.get(key);
    if (missed && missed.times >= MOST_MISSES)
      return { sent: false, corrected: false, dropped: `${name}: ${missed.path}` };
    let written: ManifestWork;
    try {
      written = await this.#send(work, live);
    } catch (error) {
      if (!hasCode(error, 'TooLarge')) throw error;
      const path = `the work is larger than the hub takes (${error.message})`;
      this.#misses.set(key, { times: MOST_MISSES, path });
      return { sent: false, corrected: false, dropped: `${name}: ${path}` };
    }
    if (hashOf(written.spec) === desired) {
      this.#misses.delete(key);
      return {
        sent: true,
        corrected:
          live?.metadata.annotations?.[SPEC_HASH_ANNOTATION] === desired && live.specHash !== desired,
      };
    }
    const path = firstDifference(work.spec, written.spec, 'spec');
    this.#misses.set(key, { times: (missed?.times ?? 0) + 1, path });
    return { sent: true, corrected: false, dropped: `${name}: ${path}` };
  }

  async #send(work: ManifestWork, live: WorkState | undefined): Promise<ManifestWork> {
    if (live) return this.#rewrite(work, live.metadata);
    try {
      return await this.#client.create(ManifestWorkResource, work, { fieldManager: FIELD_MANAGER });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
    }
    // Written by an earlier try that the cache has not seen yet, or by hand without the labels that it lists.
    const { namespace = '', name } = work.metadata;
    const found = await this.#client.get(ManifestWorkResource, { namespace, name });
    const sound = hashOf(found.spec) === desiredHash(work) && carries(found, work.metadata.labels);
    return sound ? found : this.#rewrite(work, found.metadata);
  }

  async #rewrite(work: ManifestWork, { resourceVersion = '' }: ObjectMeta): Promise<ManifestWork> {
    const metadata = { ...work.metadata, resourceVersion };
    const options = { fieldManager: FIELD_MANAGER };
    const applied = await this.#client.apply(
      ManifestWorkResource,
      { ...work, metadata },
      { ...options, force: true },
    );
    if (hashOf(applied.spec) === desiredHash(work)) return applied;
    return this.#client.update(ManifestWorkResource, { ...applied, spec: work.spec }, options);
  }
}

function desiredHash({ metadata }: ManifestWork): string {
  return metadata.annotations?.[SPEC_HASH_ANNOTATION] ?? '';
}

function carries(work: ManifestWork, labels: Readonly<Record<string, string>> = {}): boolean {
  return Object.entries(labels).every(([key, value]) => work.metadata.labels?.[key] === value);
}

/** Path of the first place where two values differ. */
function firstDifference(wanted: unknown, found: unknown, path: string): string {
  if (typeof wanted !== 'object' || wanted === null || typeof found !== 'object' || found === null)
    return path;
  for (const key of new Set([...Object.keys(wanted), ...Object.keys(found)])) {
    const [value, other] = [wanted, found].map((each) => (each as Record<string, unknown>)[key]);
    const step = Array.isArray(wanted) ? `[${key}]` : `.${key}`;
    if (hashOf(value) !== hashOf(other)) return firstDifference(value, other, `${path}${step}`);
  }
  return path;
}
