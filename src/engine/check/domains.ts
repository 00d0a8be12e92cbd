import type { Application, Service } from '../problem.ts';
import { checkBandwidthWithout } from './bandwidth.ts';
import { checkChannel } from './channels.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';

/** Replicas in as many domains as asked for, or as there are replicas. */
export function checkSpread(placed: Placed, app: Application, { id, spread, replicas }: Service): Finding[] {
  if (!spread) return [];
  const domains = new Set(
    placed.shares(app, id).map(({ location }) => (spread.over === 'Zone' ? placed.zone(location) : location)),
  );
  if (domains.size >= Math.min(spread.min, replicas)) return [];
  const message = `${domains.size} of ${spread.min} domains`;
  return [{ rule: 'Spread', application: app.id, service: id, message }];
}

/** What is left after the loss of any one domain still serves, and its channels keep their rules. */
export function checkSurvival(placed: Placed, app: Application): Finding[] {
  if (app.survive !== 'AnyDomain') return [];
  const used = app.services.flatMap(({ id }) =>
    placed.shares(app, id).map(({ location }) => placed.zone(location)),
  );
  return [...new Set(used)].flatMap((lost) => {
    const alive = (location: string) => placed.zone(location) !== lost;
    const gone = app.services
      .filter(({ id }) => !placed.shares(app, id).some(({ location }) => alive(location)))
      .map(
        ({ id }): Finding => ({
          rule: 'Survival',
          application: app.id,
          service: id,
          message: `nothing is left without ${lost}`,
        }),
      );
    return [
      ...gone,
      ...app.channels.flatMap((channel) => checkChannel(placed, app, channel, alive, ` without ${lost}`)),
      ...checkBandwidthWithout(placed, app, alive, lost),
    ];
  });
}
