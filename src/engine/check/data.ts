import type { Application, Service } from '../problem.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { within } from './tolerance.ts';

/** Data within reach, and residency of everything that flows to a service. */
export function checkData(placed: Placed, app: Application, service: Service): Finding[] {
  const findings: Finding[] = [];
  const rules = residencyOf(placed, app, service.id);
  for (const { location: id } of placed.shares(app, service.id)) {
    const at = { application: app.id, service: service.id, location: id };
    const jurisdiction = placed.location(id)?.jurisdiction;
    for (const allowed of rules) {
      if (jurisdiction === undefined || !allowed.includes(jurisdiction))
        findings.push({ rule: 'Residency', message: `must stay in ${allowed.join(' or ')}`, ...at });
    }
    for (const need of service.data) {
      if (need.locality === 'Required' && !isWithinReach(placed, need, id))
        findings.push({ rule: 'Data', message: `data set ${need.dataset} is out of reach`, ...at });
    }
  }
  return findings;
}

function isWithinReach(placed: Placed, need: Service['data'][number], location: string): boolean {
  const holders = placed.problem.datasets.find(({ id }) => id === need.dataset)?.holders ?? [];
  return holders.some((holder) => {
    const stale = holder.stalenessSeconds ?? Number.POSITIVE_INFINITY;
    if (need.maxStalenessSeconds !== undefined && stale > need.maxStalenessSeconds) return false;
    if (holder.location === location) return true;
    return (
      need.maxDelayMs !== undefined &&
      within(placed.network.delay(location, holder.location), need.maxDelayMs)
    );
  });
}

/**
 * Jurisdictions of every data set that is read by the service or by one that it shares a channel with, in
 * either direction and transitively, up to channels that are clean. Channels to other applications end it.
 */
function residencyOf({ problem }: Placed, app: Application, service: string): (readonly string[])[] {
  if (problem.datasets.every(({ residency }) => residency.length === 0)) return [];
  const reached = new Set([service]);
  for (let grown = true; grown; ) {
    grown = false;
    for (const { from, to, clean } of app.channels) {
      if (clean || (to.application ?? app.id) !== app.id) continue;
      if (reached.has(from) === reached.has(to.service)) continue;
      reached.add(from).add(to.service);
      grown = true;
    }
  }
  const read = new Set(
    app.services
      .filter(({ id }) => reached.has(id))
      .flatMap(({ data }) => data.map(({ dataset }) => dataset)),
  );
  return problem.datasets
    .filter(({ id, residency }) => residency.length > 0 && read.has(id))
    .map(({ residency }) => residency);
}
