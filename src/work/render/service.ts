import type { CodecoAppSpec, ServiceChannel } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { CHANNEL_LABEL, labelValue } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { AppIdentity } from '../names.ts';
import { podLabels, selectorLabels } from './deployment.ts';

/** `svc-<channelName>`: the address under which a channel's caller reaches its callee. */
export function serviceName(channel: string): string {
  return `svc-${channel}`;
}

/** The Service of a channel on a cluster that runs the callee. */
export function channelService(app: AppIdentity, spec: CodecoAppSpec, channel: ServiceChannel): KubeObject {
  const { serviceName: callee, port } = channel.otherService;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      name: serviceName(channel.channelName),
      namespace: app.namespace,
      labels: { ...podLabels(app, spec, callee), [CHANNEL_LABEL]: labelValue(channel.channelName) },
    },
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(app, callee),
      ports: [{ name: `port-${port}`, port, targetPort: port, protocol: 'TCP' }],
    },
  } as KubeObject;
}
