import type { Assignment, Survival } from '../api/codeco/v1alpha1/assignmentplan.ts';
import { compareText } from './order.ts';
import type { Tolerance } from './tolerance.ts';

/** More clusters than this are not told one by one. */
const MOST_LOSSES = 100;

/**
 * What the loss of each cluster that a decision uses would do to the app; undefined where its
 * appFailureTolerance asks for nothing.
 *
 * @param zoneOf failure domain of a cluster; a cluster without a zone is its own
 * @param fallbacks lost clusters that a verified plan exists for
 * @param breaks what no longer holds among the replicas that are left without the domain of a cluster
 */
export function survivalOf(
  text: string,
  tolerance: Tolerance,
  assignments: readonly Assignment[],
  zoneOf: (cluster: string) => string,
  fallbacks: ReadonlySet<string>,
  breaks: (cluster: string) => string | undefined = () => undefined,
): Survival | undefined {
  if (tolerance.kind === 'None') return undefined;
  const services = [...Map.groupBy(assignments, ({ service }) => service)];
  const clusters = [...new Set(assignments.map(({ cluster }) => cluster))].sort(compareText);
  const losses = clusters.slice(0, MOST_LOSSES).map((cluster): Survival['losses'][number] => {
    const worst = services
      .map(([service, places]) => ({ service, ...lossOf(places, zoneOf, zoneOf(cluster)) }))
      .reduce((a, b) => (b.share > a.share ? b : a));
    const stays = tolerance.kind === 'Share' ? worst.share <= tolerance.share + 1e-9 : worst.share < 1;
    const lostShare = Math.round(worst.share * 1e4) / 1e4;
    const broken = stays ? breaks(cluster) : undefined;
    if (stays && broken === undefined) return { cluster, outcome: 'StaysUp', lostShare };
    if (fallbacks.has(cluster)) return { cluster, outcome: 'Fallback', lostShare };
    if (broken !== undefined) return { cluster, outcome: 'Down', lostShare, message: broken.slice(0, 512) };
    const message = `${worst.service} would lose ${worst.lost} of ${worst.total} replicas`;
    return { cluster, outcome: 'Down', lostShare, message };
  });
  return { tolerance: text, losses };
}

function lossOf(places: readonly Assignment[], zoneOf: (cluster: string) => string, zone: string) {
  const total = places.reduce((sum, { replicas }) => sum + replicas, 0);
  const lost = places.reduce(
    (sum, { cluster, replicas }) => sum + (zoneOf(cluster) === zone ? replicas : 0),
    0,
  );
  return { total, lost, share: total === 0 ? 0 : lost / total };
}
