import { nearest } from '../../../nearest.ts';
import type { CodecoAppSpec } from '../codecoapp.ts';
import type { ModelContext } from './context.ts';
import type { Findings } from './finding.ts';
import { foreignName } from './values.ts';

const FORBIDDEN_NAMESPACE = /^(kube-|open-cluster-management|codeco-)/;

/** What is said of the application as a whole. */
export function validateApplication(spec: CodecoAppSpec, context: ModelContext, findings: Findings): void {
  validateNamespace(context, findings);
  validateProfile(spec, context, findings);
  if (!/^(|High|Medium|Low|\d+(\.\d+)?\s*%?)$/.test(spec.appFailureTolerance ?? ''))
    findings.error(
      'spec.appFailureTolerance',
      spec.appFailureTolerance,
      'allowed are High, Medium, Low, empty, or a percentage',
      nearest(spec.appFailureTolerance ?? '', ['High', 'Medium', 'Low']),
    );
  if (!/^(|\d+(\.\d+)?\s*%?)$/.test(spec.appEnergyLimit ?? ''))
    findings.error('spec.appEnergyLimit', spec.appEnergyLimit, 'a percentage is needed, for example "50"');
  validateEntryPoints(spec, findings);
  foreignName('spec.placementRef.name', spec.placementRef?.name, findings);
}

function validateNamespace({ namespace, closedBy = [] }: ModelContext, findings: Findings): void {
  if (namespace !== undefined && FORBIDDEN_NAMESPACE.test(namespace))
    findings.error('metadata.namespace', namespace, 'applications may not run in system namespaces');
  const [closing] = closedBy;
  if (closing !== undefined)
    findings.error(
      'metadata.namespace',
      namespace,
      `FederationPolicy ${closing} lets no application run in this namespace (denyNamespaces)`,
    );
}

function validateProfile(
  { performanceProfile: wanted }: CodecoAppSpec,
  { profiles }: ModelContext,
  findings: Findings,
): void {
  if (wanted === undefined || !profiles || profiles.has(wanted)) return;
  findings.error(
    'spec.performanceProfile',
    wanted,
    `no such profile; there are ${[...profiles].sort().join(', ')}`,
    nearest(wanted, profiles),
  );
}

function validateEntryPoints(spec: CodecoAppSpec, findings: Findings): void {
  const names = spec['codecoapp-msspec'].map(({ serviceName }) => serviceName);
  spec.entryPoints?.forEach((entry, index) => {
    const path = `spec.entryPoints[${index}]`;
    if (!names.includes(entry.service))
      findings.error(`${path}.service`, entry.service, 'no such service', nearest(entry.service, names));
    if ((entry.region === undefined) === (entry.cluster === undefined))
      findings.error(path, entry.name, 'an entry point names either a region or a cluster');
  });
}
