import type { CodecoAppSpec, ServiceSpec } from '../codecoapp.ts';
import type { Findings } from './finding.ts';

/** High tolerance needs copies: what exists once cannot survive. */
export function validateTolerance(
  spec: CodecoAppSpec,
  { replicas, move, podspec }: ServiceSpec,
  path: string,
  findings: Findings,
): void {
  if (spec.appFailureTolerance !== 'High') return;
  if (replicas === undefined)
    findings.warning(`${path}.replicas`, '', 'not set: 2, since appFailureTolerance is High');
  if (replicas === 1)
    findings.error(`${path}.replicas`, 1, 'appFailureTolerance High needs at least 2 replicas', '2');
  if (move?.policy === 'Pinned')
    findings.error(
      `${path}.move.policy`,
      'Pinned',
      'appFailureTolerance High cannot hold for a pinned service',
    );
  if (podspec.volumes?.some((volume) => volume['persistentVolumeClaim'] !== undefined)) {
    findings.error(
      `${path}.podspec.volumes`,
      '',
      'appFailureTolerance High cannot hold for a service with a volume claim',
    );
  }
}
