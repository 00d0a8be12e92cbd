import { hashOf } from '../../api/hash.ts';
import { SPEC_HASH_ANNOTATION } from '../../api/labels.ts';
import { type ManifestWork, ManifestWorkResource } from '../../api/ocm/manifestwork.ts';
import { isAlreadyExists } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { WorkState } from '../../work/workstate.ts';

const FIELD_MANAGER = 'codeco-acm';

export interface Written {
  /** The work was right once and somebody changed it. */
  corrected: boolean;
  /** Set when the hub twice kept something else than was written: the first path that differs. */
  dropped?: string;
}

/**
 * Writes works: the first time by create, later by server-side apply with the resourceVersion that was
 * decided on, so that a leader that woke up late is refused. Notices when the hub keeps something else than
 * was written (a CRD without one of our fields), and stops writing then: each write would change nothing.
 */
export class WorkWriter {
  readonly #client: Client;
  /** Times that a work came back different, by name and desired hash. */
  readonly #misses = new Map<string, number>();

  constructor(client: Client) {
    this.#client = client;
  }

  async write(work: ManifestWork, live: WorkState | undefined): Promise<Written> {
    const name = `${work.metadata.namespace}/${work.metadata.name}`;
    const desired = work.metadata.annotations?.[SPEC_HASH_ANNOTATION] ?? '';
    const miss = `${name}\n${desired}`;
    if ((this.#misses.get(miss) ?? 0) >= 2)
      return { corrected: false, dropped: `${name}: the hub does not keep what is written` };
    const written = await this.#send(work, live);
    // Created meanwhile by an earlier try that this cache has not seen yet.
    if (!written) return { corrected: false };
    if (hashOf(written.spec) === desired) {
      this.#misses.delete(miss);
      return {
        corrected: live !== undefined && live.metadata.annotations?.[SPEC_HASH_ANNOTATION] === desired,
      };
    }
    this.#misses.set(miss, (this.#misses.get(miss) ?? 0) + 1);
    return {
      corrected: false,
      dropped: `${name}: the hub dropped ${firstDifference(work.spec, written.spec, 'spec')}`,
    };
  }

  async #send(work: ManifestWork, live: WorkState | undefined): Promise<ManifestWork | undefined> {
    if (live) {
      const metadata = { ...work.metadata, resourceVersion: live.metadata.resourceVersion ?? '' };
      return this.#client.apply(
        ManifestWorkResource,
        { ...work, metadata },
        { fieldManager: FIELD_MANAGER, force: true },
      );
    }
    try {
      return await this.#client.create(ManifestWorkResource, work, { fieldManager: FIELD_MANAGER });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return undefined;
    }
  }
}

/** Path of the first place where two values differ. */
function firstDifference(wanted: unknown, found: unknown, path: string): string {
  if (typeof wanted !== 'object' || wanted === null || typeof found !== 'object' || found === null)
    return path;
  for (const [key, value] of Object.entries(wanted)) {
    const other = (found as Record<string, unknown>)[key];
    if (hashOf(value) !== hashOf(other)) return firstDifference(value, other, `${path}.${key}`);
  }
  return path;
}
