import type { Node, Pod } from '../../../src/api/core.ts';
import { parseQuantity } from '../../../src/api/quantity.ts';

type Amounts = Readonly<Record<string, number>>;

/** As many as ClusterTelemetry takes. */
const MOST_SHAPES = 16;

/**
 * The largest Pods that still fit on one node, as alternatives: what each node that takes Pods has left,
 * without those that another node beats in every resource. In base units; the largest by cpu first.
 *
 * @param pods that hold resources
 */
export function largestFits(nodes: readonly Node[], pods: readonly Pod[]): Amounts[] {
  const left = nodes
    .filter(({ spec }) => !spec?.unschedulable)
    .map(({ metadata, status }) => {
      const own = pods.filter(({ spec }) => spec.nodeName === metadata.name);
      return less(status?.allocatable ?? {}, own);
    });
  return left
    .filter((shape, at) => !left.some((other, index) => index !== at && beats(other, shape, index < at)))
    .sort((a, b) => (b['cpu'] ?? 0) - (a['cpu'] ?? 0) || (b['memory'] ?? 0) - (a['memory'] ?? 0))
    .slice(0, MOST_SHAPES);
}

function less(allocatable: Readonly<Record<string, string>>, pods: readonly Pod[]): Amounts {
  const left = Object.fromEntries(
    Object.entries(allocatable).map(([resource, quantity]) => [resource, parseQuantity(quantity)]),
  );
  for (const { resources } of pods.flatMap(({ spec }) => spec.containers)) {
    for (const [resource, quantity] of Object.entries(resources?.requests ?? {})) {
      if (left[resource] !== undefined)
        left[resource] = Math.max(0, left[resource] - parseQuantity(quantity));
    }
  }
  if (left['pods'] !== undefined) left['pods'] = Math.max(0, left['pods'] - pods.length);
  return left;
}

/** Of equal nodes the first one stands for all. */
function beats(a: Amounts, b: Amounts, first: boolean): boolean {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  const atLeast = names.every((name) => (a[name] ?? 0) >= (b[name] ?? 0));
  return atLeast && (first || names.some((name) => (a[name] ?? 0) > (b[name] ?? 0)));
}
