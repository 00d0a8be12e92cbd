import type { Application, Channel } from '../problem.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { within } from './tolerance.ts';

/**
 * Crossing, path and delay of one channel between the locations that `alive` leaves: each caller's location
 * uses the nearest location of the callee; one location always reaches itself.
 */
export function checkChannel(
  placed: Placed,
  app: Application,
  channel: Channel,
  alive: (location: string) => boolean = () => true,
  when = '',
): Finding[] {
  const findings: Finding[] = [];
  const callees = placed.callees(app, channel).filter(({ location }) => alive(location));
  if (callees.length === 0) return findings;
  for (const { location } of placed.shares(app, channel.from)) {
    if (!alive(location) || callees.some((callee) => callee.location === location)) continue;
    const fail = (rule: 'Crossing' | 'Path' | 'Delay', message: string) =>
      findings.push({
        rule,
        application: app.id,
        service: channel.from,
        channel: channel.id,
        location,
        message: `${message}${when}`,
      });
    if (!app.crossing) fail('Crossing', 'crosses locations');
    if (channel.class !== 'ASSURED') continue;
    const least = Math.min(...callees.map((callee) => placed.network.delay(location, callee.location)));
    if (!Number.isFinite(least)) fail('Path', 'no path');
    else if (channel.maxDelayMs !== undefined && !within(least, channel.maxDelayMs))
      fail('Delay', `${least} ms of ${channel.maxDelayMs} ms`);
  }
  return findings;
}
