import type { FederationModel } from '../model/federation.ts';
import type { Application } from '../problem.ts';

/**
 * Whether many applications can be placed together with this one among them. What runs already, survival,
 * limits on terms, balance, and channels that cross applications ask for the search of one application.
 */
export function isBatchable({ incoming }: Pick<FederationModel, 'incoming'>, app: Application): boolean {
  const { budgets = {}, order = [] } = app;
  return (
    app.survive === 'None' &&
    app.profile.balance === 0 &&
    order.length === 0 &&
    Object.values(budgets).every((limit) => limit === undefined) &&
    (incoming.get(app.id) ?? []).length === 0 &&
    app.services.every(
      ({ running, spread, replicas }) =>
        running === undefined && (spread === undefined || spread.min <= replicas),
    ) &&
    app.channels.every(({ to }) => to.application === undefined || to.application === app.id)
  );
}
