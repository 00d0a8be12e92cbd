import type { PodSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';

/** Objects of the app's namespace on the hub that Pods read. */
export interface References {
  configMaps: string[];
  secrets: string[];
}

type Json = { [key: string]: unknown };

/**
 * ConfigMaps and Secrets that a Pod refers to in volumes, projected volumes, env, envFrom and
 * imagePullSecrets, each once and sorted.
 */
export function referencesOf(podspec: PodSpec): References {
  const configMaps = new Set<string>();
  const secrets = new Set<string>();
  const named = (into: Set<string>, reference: unknown, key = 'name') => {
    const name = (reference as Json | undefined)?.[key];
    if (typeof name === 'string' && name !== '') into.add(name);
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
  return { configMaps: [...configMaps].sort(), secrets: [...secrets].sort() };
}
