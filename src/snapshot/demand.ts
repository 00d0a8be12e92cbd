import type { Container, PodSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import type { ResourceAmounts } from '../engine/problem.ts';
import { larger, plus, toAmounts } from './amounts.ts';

/**
 * What one replica takes from a cluster, as the scheduler of Kubernetes counts it (KEP-753 for sidecars):
 * the larger of everything that runs for good and of the costliest moment of starting, plus the overhead of
 * the runtime class. Limits stand in for requests that are not given. Each replica takes one of `pods`.
 */
export function podDemand(podspec: PodSpec): ResourceAmounts {
  let sidecars: ResourceAmounts = {};
  let starting: ResourceAmounts = {};
  for (const container of podspec.initContainers ?? []) {
    const requests = containerRequests(container);
    if (container.restartPolicy === 'Always') {
      sidecars = plus(sidecars, requests);
      starting = larger(starting, sidecars);
    } else {
      starting = larger(starting, plus(sidecars, requests));
    }
  }
  const running = podspec.containers.map(containerRequests).reduce(plus, sidecars);
  const byContainers = larger(running, starting);
  const ofPod = toAmounts(podLevelRequests(podspec));
  return { ...plus({ ...byContainers, ...ofPod }, toAmounts(podspec.overhead)), pods: 1 };
}

function containerRequests(container: Container): ResourceAmounts {
  return { ...toAmounts(container.resources?.limits), ...toAmounts(container.resources?.requests) };
}

/** Requests of the Pod as a whole (KEP-2837) stand in place of the sum over its containers. */
function podLevelRequests(podspec: PodSpec): Record<string, string | number> {
  const resources = podspec['resources'] as Container['resources'];
  return { ...resources?.limits, ...resources?.requests };
}
