import type { PodSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';

/** Objects of the app's namespace on the hub that Pods read. */
export interface References {
  configMaps: string[];
  secrets: string[];
  /** Those among them without which the Pod may start. */
  optional: { configMaps: string[]; secrets: string[] };
}

/** Kubernetes puts the CA of its own API server into every namespace: that of the hub is wrong elsewhere. */
const OF_EACH_CLUSTER = 'kube-root-ca.crt';

type Json = { [key: string]: unknown };

/**
 * ConfigMaps and Secrets that a Pod refers to in volumes, projected volumes, env, envFrom and
 * imagePullSecrets, each once and sorted.
 */
export function referencesOf(podspec: PodSpec): References {
  // By name: whether some reference needs it.
  const configMaps = new Map<string, boolean>();
  const secrets = new Map<string, boolean>();
  const named = (into: Map<string, boolean>, reference: unknown, key = 'name') => {
    const { [key]: name, optional } = (reference ?? {}) as Json;
    if (typeof name !== 'string' || name === '' || name === OF_EACH_CLUSTER) return;
    into.set(name, into.get(name) === true || optional !== true);
  };
  for (const volume of (podspec.volumes ?? []) as Json[]) {
    named(configMaps, volume['configMap']);
    named(secrets, volume['secret'], 'secretName');
    const sources = ((volume['projected'] as Json | undefined)?.['sources'] ?? []) as Json[];
    for (const source of sources) {
      named(configMaps, source['configMap']);
      named(secrets, source['secret']);
    }
  }
  for (const container of [...(podspec.initContainers ?? []), ...podspec.containers]) {
    for (const variable of (container.env ?? []) as Json[]) {
      const from = variable['valueFrom'] as Json | undefined;
      named(configMaps, from?.['configMapKeyRef']);
      named(secrets, from?.['secretKeyRef']);
    }
    for (const source of (container.envFrom ?? []) as Json[]) {
      named(configMaps, source['configMapRef']);
      named(secrets, source['secretRef']);
    }
  }
  for (const secret of podspec.imagePullSecrets ?? []) named(secrets, secret);
  return {
    configMaps: [...configMaps.keys()].sort(),
    secrets: [...secrets.keys()].sort(),
    optional: { configMaps: unneeded(configMaps), secrets: unneeded(secrets) },
  };
}

function unneeded(names: ReadonlyMap<string, boolean>): string[] {
  return [...names].flatMap(([name, needed]) => (needed ? [] : [name])).sort();
}
