import {
  APPLICATION_GROUP_LABEL,
  type CodecoAppSpec,
  type PodSpec,
  type ServiceSpec,
} from '../../api/codeco/v1alpha1/codecoapp.ts';
import { APP_UID_LABEL, labelValue, MANAGED_BY, MANAGED_BY_LABEL, SERVICE_LABEL } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { AppIdentity } from '../names.ts';

/** CODECO's own scheduler runs on no managed cluster of a federation: the hub has decided already. */
const CODECO_SCHEDULER = 'qos-scheduler';
const PROGRESS_DEADLINE_SECONDS = 300;

/** `<appName>-<serviceName>`: the name that users' scripts look for. */
export function workloadName(app: AppIdentity, spec: CodecoAppSpec, service: string): string {
  return `${spec.appName ?? app.name}-${service}`;
}

/** Labels of a service's Pods; Services of channels select them. */
export function podLabels(app: AppIdentity, spec: CodecoAppSpec, service: string): Record<string, string> {
  return {
    ...selectorLabels(app, service),
    [APPLICATION_GROUP_LABEL]: labelValue(spec.appName ?? app.name),
    [MANAGED_BY_LABEL]: MANAGED_BY,
  };
}

/** Never changes over the life of a Deployment: its selector is immutable. */
export function selectorLabels(app: AppIdentity, service: string): Record<string, string> {
  return { [APP_UID_LABEL]: app.uid, [SERVICE_LABEL]: labelValue(service) };
}

/** A service as a Deployment of `replicas` on one cluster: replaced when a node is lost, never bare Pods. */
export function deployment(
  app: AppIdentity,
  spec: CodecoAppSpec,
  service: ServiceSpec,
  replicas: number,
): KubeObject {
  const labels = podLabels(app, spec, service.serviceName);
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: workloadName(app, spec, service.serviceName), namespace: app.namespace, labels },
    spec: {
      replicas,
      progressDeadlineSeconds: PROGRESS_DEADLINE_SECONDS,
      selector: { matchLabels: selectorLabels(app, service.serviceName) },
      template: { metadata: { labels }, spec: runnable(service.podspec) },
    },
  } as KubeObject;
}

function runnable(podspec: PodSpec): PodSpec {
  if (podspec.schedulerName !== CODECO_SCHEDULER) return podspec;
  const { schedulerName: _, ...rest } = podspec;
  return rest as PodSpec;
}
