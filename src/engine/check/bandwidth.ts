import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { within } from './tolerance.ts';

/** What the ASSURED channels of all placed applications reserve, on pairs and on the links of their paths. */
export function checkBandwidth(placed: Placed): Finding[] {
  const findings: Finding[] = [];
  const loads = new Map<number, { mbps: number; by: Set<string> }>();
  for (const app of placed.problem.applications.filter((each) => placed.isPlaced(each))) {
    for (const channel of app.channels) {
      if (channel.class !== 'ASSURED' || !channel.bandwidthMbps) continue;
      for (const { from, to, share } of placed.routes(app, channel)) {
        const mbps = channel.bandwidthMbps * share;
        const pair = placed.network.pairBandwidth(from, to);
        if (!within(mbps, pair)) {
          const message = `${mbps} of ${pair} Mbit/s from ${from} to ${to}`;
          findings.push({ rule: 'Bandwidth', application: app.id, channel: channel.id, message });
        }
        for (const link of placed.network.links(from, to)) {
          const load = loads.get(link) ?? { mbps: 0, by: new Set() };
          loads.set(link, load);
          load.mbps += mbps;
          load.by.add(app.id);
        }
      }
    }
  }
  for (const [link, { mbps, by }] of loads) {
    const capacity = placed.network.capacity(link);
    if (within(mbps, capacity)) continue;
    const message = `${mbps} of ${capacity} Mbit/s on the link from ${placed.network.linkName(link)}`;
    for (const application of by) findings.push({ rule: 'Bandwidth', application, message });
  }
  return findings;
}
