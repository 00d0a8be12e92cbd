import { defineResource, type Resource } from '../../../../src/api/resource.ts';
import type { KubeClient } from '../../../../src/kube/client.ts';
import { isNotFound } from '../../../../src/runtime/apierror.ts';
import type { Manifest } from '../manifest.ts';

/** The server serves no resource of this kind: the CRD is not there, or not established yet. */
export class UnknownKindError extends Error {
  override readonly name = 'UnknownKindError';
}

/** Finds the REST resource behind the apiVersion and kind of a manifest. */
export interface RestMapping {
  /** @throws UnknownKindError when the server does not serve the kind */
  resourceOf(manifest: Pick<Manifest, 'apiVersion' | 'kind'>): Promise<Resource<Manifest>>;
}

interface ApiResourceList {
  resources?: { name: string; kind: string; namespaced: boolean }[];
}

type Kinds = ReadonlyMap<string, Resource<Manifest>>;

/**
 * Reads the discovery document of one group and version at its first use and again on every miss, so that a
 * kind that a work itself defines is found as soon as its CRD is established. Callers in flight share a read.
 */
export function createRestMapping(client: Pick<KubeClient, 'raw'>): RestMapping {
  const known = new Map<string, Kinds>();
  const reading = new Map<string, Promise<Kinds>>();

  function read(apiVersion: string): Promise<Kinds> {
    const shared = reading.get(apiVersion);
    if (shared) return shared;
    const fresh = discover(client, apiVersion)
      .then((kinds) => {
        known.set(apiVersion, kinds);
        return kinds;
      })
      .finally(() => reading.delete(apiVersion));
    reading.set(apiVersion, fresh);
    return fresh;
  }

  return {
    async resourceOf({ apiVersion, kind }) {
      const resource = known.get(apiVersion)?.get(kind) ?? (await read(apiVersion)).get(kind);
      if (resource) return resource;
      throw new UnknownKindError(`the server doesn't have a resource type ${JSON.stringify(kind)}`);
    },
  };
}

async function discover(client: Pick<KubeClient, 'raw'>, apiVersion: string): Promise<Kinds> {
  const [group, version] = apiVersion.includes('/')
    ? (apiVersion.split('/', 2) as [string, string])
    : ['', apiVersion];
  const path = group === '' ? `/api/${version}` : `/apis/${group}/${version}`;
  try {
    const { resources = [] } = JSON.parse(await client.raw(path)) as ApiResourceList;
    return new Map(
      resources
        .filter(({ name }) => !name.includes('/'))
        .map(({ name, kind, namespaced }) => [
          kind,
          defineResource<Manifest>(group, version, kind, name, namespaced ? 'Namespaced' : 'Cluster'),
        ]),
    );
  } catch (error) {
    if (isNotFound(error)) return new Map();
    throw error;
  }
}
