import type { Assignment } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import type { ConfigMap, Secret } from '../../api/core.ts';
import { DISTRIBUTE_LABEL } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { AppIdentity } from '../names.ts';
import { deployment } from './deployment.ts';
import { channelPolicies } from './networkpolicy.ts';
import { referencesOf } from './references.ts';
import { channelService } from './service.ts';

/** ConfigMaps and Secrets of the app's namespace on the hub, by name. */
export interface HubObjects {
  configMap(name: string): ConfigMap | undefined;
  secret(name: string): Secret | undefined;
}

export interface Rendered {
  /** In the order in which they are written: what Pods read, NetworkPolicies, Services, Deployments. */
  manifests: KubeObject[];
  /** References that cannot be copied, each with why. Kubernetes lets the Pods wait for them. */
  missing: string[];
}

/**
 * All manifests of an app for one cluster, from the revision and the assignments of its decision.
 *
 * @param isolated policy closes the Pods to all but their channels
 */
export function renderCluster(
  app: AppIdentity,
  spec: CodecoAppSpec,
  assignments: readonly Assignment[],
  cluster: string,
  hub: HubObjects,
  isolated: boolean,
): Rendered {
  const here = new Map(
    assignments.filter((each) => each.cluster === cluster).map((each) => [each.service, each.replicas]),
  );
  const services = spec['codecoapp-msspec'].filter(({ serviceName }) => here.has(serviceName));
  const channels = spec['codecoapp-msspec']
    .flatMap(({ serviceChannels }) => serviceChannels ?? [])
    .filter(
      ({ otherService }) => isOwn(otherService.appName, spec, app) && here.has(otherService.serviceName),
    );
  const references = services.map(({ podspec }) => referencesOf(podspec));
  const configMaps = unique(references.flatMap((each) => each.configMaps));
  const secrets = unique(references.flatMap((each) => each.secrets));
  const missing: string[] = [];
  const needed = (kind: 'configMaps' | 'secrets', name: string) =>
    references.some((each) => each[kind].includes(name) && !each.optional[kind].includes(name));
  const copies = [
    ...configMaps.flatMap((name) => {
      const found = hub.configMap(name);
      if (!found && needed('configMaps', name))
        missing.push(
          `ConfigMap ${name} does not exist in namespace ${app.namespace} on the hub (kubectl get configmaps -n ${app.namespace})`,
        );
      return found ? [copy(app, 'ConfigMap', found, ['data', 'binaryData', 'immutable'])] : [];
    }),
    ...secrets.flatMap((name) => {
      const found = hub.secret(name);
      const allowed = found?.metadata.labels?.[DISTRIBUTE_LABEL] === 'true';
      if (!allowed && needed('secrets', name))
        missing.push(
          found
            ? `Secret ${name} is not copied without its label (kubectl label secret ${name} -n ${app.namespace} ${DISTRIBUTE_LABEL}=true)`
            : `Secret ${name} does not exist in namespace ${app.namespace} on the hub (kubectl get secrets -n ${app.namespace})`,
        );
      return found && allowed ? [copy(app, 'Secret', found, ['data', 'type', 'immutable'])] : [];
    }),
  ];
  return {
    manifests: [
      ...copies,
      ...(isolated ? channelPolicies(app, spec, assignments, cluster) : []),
      ...channels.map((channel) => channelService(app, spec, channel)),
      ...services.map((service) => deployment(app, spec, service, here.get(service.serviceName) ?? 1)),
    ],
    missing,
  };
}

function isOwn(appName: string | undefined, spec: CodecoAppSpec, app: AppIdentity): boolean {
  return appName === undefined || appName === (spec.appName ?? app.name);
}

/** Content only: what the hub knows about its own copy (uid, managers, owners) means nothing elsewhere. */
function copy(app: AppIdentity, kind: string, object: KubeObject, fields: readonly string[]): KubeObject {
  const content = Object.fromEntries(
    fields.flatMap((field) => {
      const value = (object as unknown as Record<string, unknown>)[field];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return {
    apiVersion: 'v1',
    kind,
    metadata: { name: object.metadata.name, namespace: app.namespace },
    ...content,
  } as KubeObject;
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)].sort();
}
