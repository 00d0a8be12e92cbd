import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadAll } from 'js-yaml';
import { type CustomResourceDefinition, CustomResourceDefinitionResource } from '../../src/api/core.ts';
import { type KubeObject, keyOf } from '../../src/api/meta.ts';
import { defineResource, type Resource } from '../../src/api/resource.ts';
import type { KubeClient } from '../../src/kube/client.ts';

const FIELD_MANAGER = 'codeco-local';

/** Objects of every YAML file of a folder, in order of file names. */
export async function readManifests(folder: string): Promise<KubeObject[]> {
  const files = (await readdir(folder).catch(() => [])).filter((file) => /\.ya?ml$/.test(file)).sort();
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), 'utf8')));
  return texts.flatMap((text) => loadAll(text) as (KubeObject | null)[]).filter((object) => object !== null);
}

/** Applies objects of the kinds that Kubernetes itself and our CRDs serve, one after the other. */
export async function applyManifests(client: KubeClient, objects: readonly KubeObject[]): Promise<void> {
  for (const object of objects) {
    await client.apply(await resourceOf(client, object), object, {
      fieldManager: FIELD_MANAGER,
      force: true,
    });
  }
}

/** Applies CRDs and resolves when the API server serves them all. */
export async function applyCrds(client: KubeClient, crds: readonly KubeObject[]): Promise<void> {
  await Promise.all(
    crds.map((crd) =>
      client.apply(CustomResourceDefinitionResource, crd as CustomResourceDefinition, {
        fieldManager: FIELD_MANAGER,
        force: true,
      }),
    ),
  );
  for (const crd of crds) {
    for (;;) {
      const { status } = await client.get(CustomResourceDefinitionResource, keyOf(crd));
      if (status?.conditions?.some(({ type, status: held }) => type === 'Established' && held === 'True'))
        break;
      await delay(50);
    }
  }
}

interface ApiResourceList {
  resources: { name: string; kind: string; namespaced: boolean }[];
}

/** Asks the server which resource a kind is. */
export async function resourceOf(client: KubeClient, object: KubeObject): Promise<Resource> {
  const { apiVersion, kind } = object;
  const path = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const { resources } = JSON.parse(await client.raw(path)) as ApiResourceList;
  const found = resources.find((resource) => resource.kind === kind && !resource.name.includes('/'));
  if (!found) throw new Error(`the server has no kind ${kind} in ${apiVersion}`);
  const [group, version] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  return defineResource(
    group ?? '',
    version ?? '',
    kind,
    found.name,
    found.namespaced ? 'Namespaced' : 'Cluster',
  );
}
