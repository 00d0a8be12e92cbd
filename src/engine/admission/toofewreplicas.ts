import type { AppModel, End } from '../model/appmodel.ts';

/**
 * Whether some service has fewer replicas than the rules ask locations of it, wherever they are: an
 * application that survives the loss of a domain, or is spread, needs several, and a channel that may not
 * cross needs its callee on every location of its caller. A proof that there is no placement, without a
 * search: those see such a channel only one location at a time. O(services x channels).
 */
export function tooFewReplicas({ services, channels, survive }: AppModel): boolean {
  const least = services.map(({ spread }) => Math.max(spread?.min ?? 1, survive ? 2 : 1));
  const rigid = channels.filter(({ crossing }) => !crossing);
  for (let raised = true; raised; ) {
    if (services.some(({ replicas }, at) => replicas < least[at]!)) return true;
    raised = false;
    for (const { from, to } of rigid) {
      const needed = 'service' in from ? least[from.service]! : locationsOf(from);
      if ('shares' in to) {
        if (needed > locationsOf(to)) return true;
      } else if (needed > least[to.service]!) {
        least[to.service] = needed;
        raised = true;
      }
    }
  }
  return false;
}

function locationsOf({ shares }: Extract<End, { shares: unknown }>): number {
  return new Set(shares.map(({ location }) => location)).size;
}
