import type { Resource } from '../../../../src/api/resource.ts';

export interface NamedPath {
  name: string;
  path: string;
  version?: string;
}

/** WellKnownStatus of OCM's Work API, by group and kind. StatefulSet and Service have none. */
const WELL_KNOWN: Record<string, readonly NamedPath[]> = {
  'apps/Deployment': [
    { name: 'ReadyReplicas', path: '.status.readyReplicas' },
    { name: 'Replicas', path: '.status.replicas' },
    { name: 'AvailableReplicas', path: '.status.availableReplicas' },
  ],
  'apps/DaemonSet': [
    { name: 'NumberReady', path: '.status.numberReady' },
    { name: 'DesiredNumberScheduled', path: '.status.desiredNumberScheduled' },
    { name: 'NumberAvailable', path: '.status.numberAvailable' },
  ],
  'batch/Job': [
    { name: 'JobComplete', path: '.status.conditions[?(@.type=="Complete")].status' },
    { name: 'JobSucceeded', path: '.status.succeeded' },
  ],
  '/Pod': [
    { name: 'PodReady', path: '.status.conditions[?(@.type=="Ready")].status' },
    { name: 'PodPhase', path: '.status.phase' },
  ],
};

export function wellKnownPaths(resource: Pick<Resource, 'group' | 'kind'>): readonly NamedPath[] | undefined {
  return WELL_KNOWN[`${resource.group}/${resource.kind}`];
}
