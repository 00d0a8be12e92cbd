import type { Assignment } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { APPLICATION_GROUP_LABEL, type CodecoAppSpec } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { APP_UID_LABEL, CHANNEL_LABEL, labelValue, SERVICE_LABEL } from '../../api/labels.ts';
import type { KubeObject } from '../../api/meta.ts';
import type { AppIdentity } from '../names.ts';
import { selectorLabels } from './deployment.ts';
import { serviceName } from './service.ts';

/** `ports` and `from` as networking.k8s.io/v1 has them; without `from`, whoever calls. */
interface Ingress {
  from?: { podSelector: { matchLabels: Record<string, string> } }[];
  ports?: { protocol: 'TCP'; port: number }[];
}

/**
 * NetworkPolicies of an isolated app on one cluster: nothing reaches its Pods but its channels and entry
 * points. A caller that also runs on another cluster comes from an address that no selector knows: its channel
 * is open to all on that port. Channels into another app open that app's Pods to this caller; Kubernetes adds
 * up what policies allow. Whether they hold is up to the network plugin of the cluster.
 */
export function channelPolicies(
  app: AppIdentity,
  spec: CodecoAppSpec,
  assignments: readonly Assignment[],
  cluster: string,
): KubeObject[] {
  const runsOn = (service: string, here: boolean) =>
    assignments.some((each) => each.service === service && (each.cluster === cluster) === here);
  const policy = (name: string, pods: Record<string, string>, ingress: Ingress[], labels = {}): KubeObject =>
    ({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name, namespace: app.namespace, labels: { [APP_UID_LABEL]: app.uid, ...labels } },
      spec: { podSelector: { matchLabels: pods }, policyTypes: ['Ingress'], ingress },
    }) as KubeObject;

  const channels = spec['codecoapp-msspec'].flatMap(({ serviceName: caller, serviceChannels }) =>
    (serviceChannels ?? []).flatMap(({ channelName, otherService }) => {
      const { appName, serviceName: callee, port } = otherService;
      const own = appName === undefined || appName === (spec.appName ?? app.name);
      if (own && !runsOn(callee, true)) return [];
      const pods = own
        ? selectorLabels(app, callee)
        : { [APPLICATION_GROUP_LABEL]: labelValue(appName), [SERVICE_LABEL]: labelValue(callee) };
      const from = [{ podSelector: { matchLabels: selectorLabels(app, caller) } }];
      const ingress: Ingress = {
        ...(runsOn(caller, false) ? {} : { from }),
        ports: [{ protocol: 'TCP', port }],
      };
      return [
        policy(serviceName(channelName), pods, [ingress], { [CHANNEL_LABEL]: labelValue(channelName) }),
      ];
    }),
  );
  const entries = (spec.entryPoints ?? [])
    .filter(({ service }) => runsOn(service, true))
    .map(({ name, service }) => policy(`entry-${app.name}-${name}`, selectorLabels(app, service), [{}]));
  return [policy(`isolation-${app.name}`, { [APP_UID_LABEL]: app.uid }, []), ...channels, ...entries];
}
