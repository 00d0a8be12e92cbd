import type { AssignmentPlan, Evidence } from '../../src/api/codeco/v1alpha1/assignmentplan.ts';
import type { CodecoApp } from '../../src/api/codeco/v1alpha1/codecoapp.ts';
import { findCondition } from '../../src/api/conditions.ts';
import { APP_ANNOTATION } from '../../src/api/labels.ts';
import type { ManifestWork } from '../../src/api/ocm/manifestwork.ts';

/** What went where and why, or why it went nowhere. */
export function explainApp(app: CodecoApp, plan: AssignmentPlan | undefined): string {
  const title = `\n${app.metadata.name}  (profile ${app.spec.performanceProfile ?? 'Balanced'}, class ${app.spec.qosClass ?? 'BestEffort'})`;
  const decision = plan?.spec.decision;
  if (!decision) {
    const planned = findCondition(app.status?.conditions, 'Planned');
    const attempt = plan?.spec.attempt;
    const relaxations = (attempt?.relaxations ?? []).map(({ message }) => `    would do: ${message}`);
    const conflict = (attempt?.conflict ?? []).map(
      ({ rule, message }) => `    ${rule.padEnd(14)} ${message}`,
    );
    return [
      title,
      `  Planned ${planned?.status ?? 'Unknown'}  ${planned?.reason ?? ''}: these cannot all hold`,
      ...conflict,
      ...relaxations,
    ].join('\n');
  }
  const { evidence } = decision;
  const gap =
    evidence.gap === undefined ? '' : `, at most ${(evidence.gap * 100).toFixed(1)} % above the optimum`;
  const proof = evidence.verdict === 'Optimal' ? 'proved optimal' : `feasible${gap}`;
  const places = decision.assignments.map(({ service, cluster, replicas }) => {
    const reason = evidence.reasons.find((each) => each.service === service);
    const out = (reason?.ruledOut ?? []).slice(0, 2).map((each) => `${each.cluster} ${each.message}`);
    const next = reason?.next === undefined ? '' : `next: ${reason.next}${dearer(reason, evidence)}`;
    const why = [next, ...(out.length > 0 ? [`ruled out: ${out.join('; ')}`] : [])]
      .filter((text) => text !== '')
      .join('   ');
    const where = `${cluster}${replicas > 1 ? ` x${replicas}` : ''}`;
    return `    ${service.padEnd(13)} -> ${where.padEnd(12)} ${why}`.trimEnd();
  });
  const terms = evidence.terms
    .filter(({ term }) => ['cost', 'carbon', 'delay', 'resilience'].includes(term))
    .map(({ term, unit, value }) => `    ${term.padEnd(13)} ${formatNumber(value).padStart(9)} ${unit}`);
  const edges = decision.channels.map((channel) => {
    const { delayMilliseconds: delay, maxDelayMilliseconds: limit } = channel;
    const against = limit === undefined ? 'no limit' : `of ${formatNumber(limit)} ms`;
    return `    ${channel.channel.padEnd(13)} ${channel.fromCluster} -> ${channel.toCluster}  ${delay === undefined ? 'delay unknown' : `${formatNumber(delay)} ms`} ${against} (${channel.serviceClass})`;
  });
  return [
    title,
    `  ${proof}, decision ${decision.id}`,
    ...places,
    '  costs',
    ...terms,
    '  edges (placed and costed; the network itself is not part of this demonstration)',
    ...edges,
  ].join('\n');
}

/** ` (+6.1 %)`: what the next best cluster of a service would cost more, everything else as it is. */
function dearer({ nextObjective }: { nextObjective?: number | undefined }, evidence: Evidence): string {
  const { objective } = evidence;
  if (nextObjective === undefined || objective === undefined || !(objective > 0)) return '';
  return ` (+${((nextObjective / objective - 1) * 100).toFixed(1)} %)`;
}

/** What lies in the ManifestWorks. */
export function explainWorks(works: readonly ManifestWork[]): string {
  const lines = works.map(({ metadata, spec }) => {
    const kinds = Map.groupBy(spec.workload.manifests ?? [], ({ kind }) => kind);
    const content = [...kinds].map(([kind, items]) => `${items.length} ${kind}`).join(', ');
    const app = metadata.annotations?.[APP_ANNOTATION] ?? 'namespace and executor';
    return `    ${(metadata.namespace ?? '').padEnd(11)} ${metadata.name.padEnd(32)} ${app.padEnd(24)} ${content}`;
  });
  return ['\nManifestWorks on the hub', ...lines].join('\n');
}

/** Commands to look further. */
export function furtherCommands(hub: string, clusters: readonly (readonly [string, string])[]): string {
  const [first] = clusters;
  return [
    '\nLook further',
    `    export KUBECONFIG=${hub}`,
    '    kubectl get codecoapps,plan -n demo',
    '    kubectl describe codecoapp press-line -n demo',
    '    kubectl get assignmentplan vision-assignment-plan -n demo -o yaml',
    '    kubectl get manifestworks -A',
    `    kubectl --kubeconfig ${first?.[1] ?? ''} get pods -A    (cluster ${first?.[0] ?? ''})`,
  ].join('\n');
}

function formatNumber(value: number): string {
  return value === 0
    ? '0'
    : Math.abs(value) >= 100
      ? value.toFixed(0)
      : Math.abs(value) >= 1
        ? value.toFixed(2)
        : value.toFixed(4);
}
