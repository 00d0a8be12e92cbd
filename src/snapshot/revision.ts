import type { CodecoAppSpec, Container, PodSpec, ServiceSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import type { ControllerRevision } from '../api/core.ts';

/** One accepted model of an app, read from its immutable ControllerRevision. */
export interface AppRevision {
  namespace: string;
  /** Name of the ControllerRevision. */
  name: string;
  /** metadata.name of the CodecoApp. */
  app: string;
  /** Its uid: an earlier app of the same name may still be going. Undefined for a model out of a file. */
  uid?: string | undefined;
  /** Generation of the app that the model was taken from. */
  generation: number;
  spec: CodecoAppSpec;
}

/**
 * The model in a ControllerRevision; undefined for the revisions of DaemonSets and StatefulSets. Keeps of a
 * podspec only what says how much a Pod needs: a cache of a thousand apps must stay small.
 */
export function toAppRevision(revision: ControllerRevision): AppRevision | undefined {
  const { metadata } = revision;
  const owner = metadata.ownerReferences?.find(({ kind }) => kind === 'CodecoApp');
  const data = revision.data as { spec?: CodecoAppSpec; generation?: number } | undefined;
  if (owner === undefined || data?.spec === undefined) return undefined;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    app: owner.name,
    uid: owner.uid,
    generation: data.generation ?? 0,
    spec: withoutPodDetails(data.spec),
  };
}

function withoutPodDetails(spec: CodecoAppSpec): CodecoAppSpec {
  return {
    ...spec,
    'codecoapp-msspec': spec['codecoapp-msspec'].map((service: ServiceSpec) => ({
      ...service,
      podspec: requestsOnly(service.podspec),
    })),
  };
}

function requestsOnly(podspec: PodSpec): PodSpec {
  const { containers, initContainers, overhead } = podspec;
  const resources = podspec['resources'];
  return {
    containers: containers.map(containerRequests),
    ...(initContainers ? { initContainers: initContainers.map(containerRequests) } : {}),
    ...(overhead ? { overhead } : {}),
    ...(resources ? { resources } : {}),
  };
}

function containerRequests({ name, resources, restartPolicy }: Container): Container {
  return {
    name,
    ...(resources ? { resources } : {}),
    ...(restartPolicy ? { restartPolicy } : {}),
  };
}
