import { type ConfigMap, ConfigMapResource } from '../../api/core.ts';
import { keyString, type ObjectMeta } from '../../api/meta.ts';
import { isNotFound } from '../../runtime/apierror.ts';
import type { Client } from '../../runtime/client.ts';
import type { Lister } from '../../runtime/informer.ts';

/**
 * The ConfigMaps that applications refer to, whole. Caches know only names and versions of all of them: each is
 * read from the hub when an application needs it and it has changed since.
 */
export class HubContent {
  readonly #client: Client;
  readonly #versions: Lister<{ metadata: ObjectMeta }>;
  readonly #contents = new Map<string, ConfigMap>();

  constructor(client: Client, versions: Lister<{ metadata: ObjectMeta }>) {
    this.#client = client;
    this.#versions = versions;
  }

  /** Those of the names that exist. */
  async configMaps(namespace: string, names: readonly string[]): Promise<Map<string, ConfigMap>> {
    const found = await Promise.all(names.map((name) => this.#configMap({ namespace, name })));
    return new Map(
      found.flatMap((each): [string, ConfigMap][] => (each ? [[each.metadata.name, each]] : [])),
    );
  }

  async #configMap(key: { namespace: string; name: string }): Promise<ConfigMap | undefined> {
    const id = keyString(key);
    const cached = this.#versions.get(key);
    const held = this.#contents.get(id);
    if (!cached) {
      this.#contents.delete(id);
      return undefined;
    }
    if (held && held.metadata.resourceVersion === cached.metadata.resourceVersion) return held;
    try {
      const read = await this.#client.get(ConfigMapResource, key);
      this.#contents.set(id, read);
      return read;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      return undefined;
    }
  }
}
