import type { Application, Location, Service } from '../problem.ts';
import type { Finding } from './finding.ts';
import type { Placed } from './placed.ts';
import { within } from './tolerance.ts';

/** Rules that a service and one of its locations settle between them, and the number of replicas. */
export function checkLocations(placed: Placed, app: Application, service: Service): Finding[] {
  const findings: Finding[] = [];
  const fail = (rule: Finding['rule'], message: string, location?: string) =>
    findings.push({
      rule,
      application: app.id,
      service: service.id,
      message,
      ...(location === undefined ? {} : { location }),
    });
  const shares = placed.shares(app, service.id);
  const total = shares.reduce((sum, { replicas }) => sum + replicas, 0);
  if (
    total !== service.replicas ||
    shares.some(({ replicas }) => !Number.isInteger(replicas) || replicas < 1)
  )
    fail('Capacity', `${total} of ${service.replicas} replicas are placed`);
  if (new Set(shares.map(({ location }) => location)).size < shares.length)
    fail('Figures', 'a location is named twice');
  for (const { location: id } of shares) {
    const location = placed.location(id);
    if (!location) {
      fail('Candidate', 'no such location', id);
      continue;
    }
    if (app.candidates !== undefined && !app.candidates.includes(id))
      fail('Candidate', 'not a candidate', id);
    if (service.onlyLocations !== undefined && !service.onlyLocations.includes(id))
      fail('Selector', 'not among the locations named', id);
    if (service.notLocations.includes(id)) fail('Selector', 'excluded by name', id);
    for (const requirement of service.requirements) {
      if (!matches(location.labels[requirement.key], requirement))
        fail('Selector', `label ${requirement.key}`, id);
    }
    const runsHere = service.running?.some((share) => share.location === id) ?? false;
    for (const taint of location.taints) {
      if (taint.effect === 'PreferNoSelect' || (taint.effect === 'NoSelectIfNew' && runsHere)) continue;
      if (!service.tolerations.some((toleration) => tolerates(toleration, taint)))
        fail('Taint', taint.key, id);
    }
    if ((location.securityClass ?? 0) < (service.securityClass ?? 0))
      fail('SecurityClass', 'class too low', id);
    if ((location.complianceClass ?? 0) < (service.complianceClass ?? 0))
      fail('ComplianceClass', 'class too low', id);
    if (service.move.policy === 'Pinned' && service.running !== undefined && !runsHere)
      fail('Pinned', 'pinned elsewhere', id);
    if (location.shapes && !location.shapes.some((shape) => fits(service, shape)))
      fail('Shape', 'no node is large enough', id);
  }
  return findings;
}

/** A resource that a shape does not name is not limited by it. */
function fits({ demand }: Service, shape: NonNullable<Location['shapes']>[number]): boolean {
  return Object.entries(demand).every(([name, amount]) =>
    within(amount, shape[name] ?? Number.POSITIVE_INFINITY),
  );
}

function matches(value: string | undefined, { operator, values }: Service['requirements'][number]): boolean {
  if (operator === 'Exists') return value !== undefined;
  if (operator === 'DoesNotExist') return value === undefined;
  const listed = value !== undefined && values.includes(value);
  return operator === 'In' ? listed : !listed;
}

function tolerates(toleration: Service['tolerations'][number], taint: Location['taints'][number]): boolean {
  if (toleration.effect !== undefined && toleration.effect !== taint.effect) return false;
  if (toleration.key === '') return toleration.operator === 'Exists';
  return (
    toleration.key === taint.key && (toleration.operator === 'Exists' || toleration.value === taint.value)
  );
}
