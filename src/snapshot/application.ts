import type { CodecoAppSpec, ServiceSpec } from '../api/codeco/v1alpha1/codecoapp.ts';
import { parseAge, parseDelay } from '../api/duration.ts';
import { keyString } from '../api/meta.ts';
import { parseQuantity } from '../api/quantity.ts';
import type {
  Application,
  Channel,
  DataNeed,
  EntryPoint,
  LabelRequirement,
  Profile,
  Service,
  Share,
} from '../engine/problem.ts';
import { type AppState, runningShares } from './appstate.ts';
import type { Candidates } from './candidates.ts';
import { complianceRank, securityRank } from './classes.ts';
import { podDemand } from './demand.ts';
import { compareText } from './order.ts';
import { defaultReplicas, domainsFor, readTolerance, type Tolerance } from './tolerance.ts';
import { channelFigures } from './traffic.ts';

/** What an application is translated with. */
export interface ApplicationContext {
  candidates: Candidates;
  profile: Profile;
  /** Whether a channel may run between two clusters. */
  crossing: boolean;
  /** Whether any cluster is classified; where none is, a class cannot be checked. */
  classified: { security: boolean; compliance: boolean };
  /** Every location of the problem. */
  locations: ReadonlySet<string>;
  /** Id of another app of the namespace by its appName. */
  otherApp: (namespace: string, appName: string) => string | undefined;
}

export interface TranslatedApplication {
  application: Application;
  /** What was assumed or left out, in words for evidence. */
  notes: string[];
}

/**
 * An accepted model as the engine reads it. Throws QuantityError or DurationError for a value that ACM
 * should have refused: the caller leaves that app out, alone.
 */
export function toApplication(
  state: AppState,
  spec: CodecoAppSpec,
  context: ApplicationContext,
): TranslatedApplication {
  const notes: string[] = [];
  const tolerance = readTolerance(spec.appFailureTolerance);
  const running = runningShares(state);
  const services = spec['codecoapp-msspec'].map((service) =>
    toService(state, spec, service, tolerance, running.get(service.serviceName) ?? [], context, notes),
  );
  const channels = spec['codecoapp-msspec'].flatMap((service) =>
    toChannels(state, spec, service, context, notes),
  );
  notes.push(...unenforcedClasses(spec, context));
  const application: Application = {
    id: state.id,
    class: spec.qosClass ?? 'BestEffort',
    profile: context.profile,
    candidates: [...context.candidates.names],
    excluded: context.candidates.excluded,
    crossing: context.crossing,
    survive: tolerance.kind === 'Survive' ? 'AnyDomain' : 'None',
    services: services.sort((a, b) => compareText(a.id, b.id)),
    channels: channels.sort((a, b) => compareText(a.id, b.id)),
    entryPoints: toEntryPoints(spec, context, notes),
  };
  return { application, notes };
}

function toService(
  state: AppState,
  spec: CodecoAppSpec,
  service: ServiceSpec,
  tolerance: Tolerance,
  running: readonly Share[],
  context: ApplicationContext,
  notes: string[],
): Service {
  const { placement = {}, move = {} } = service;
  const replicas = service.replicas ?? defaultReplicas(tolerance);
  const runs = running.filter(({ location }) => context.locations.has(location));
  const silent = context.candidates.silent.filter(
    (cluster) => !runs.some(({ location }) => location === cluster),
  );
  const known = (clusters: readonly string[]) =>
    clusters.filter((cluster) => context.locations.has(cluster)).sort(compareText);
  const missing = (placement.clusters ?? []).filter((cluster) => !context.locations.has(cluster));
  if (missing.length > 0) {
    notes.push(
      `service ${service.serviceName}: placement.clusters names ${missing.join(', ')}, which does not exist`,
    );
  }
  const spread = spreadOf(service, tolerance, replicas);
  const { security, compliance } = context.classified;
  return {
    id: service.serviceName,
    demand: podDemand(service.podspec),
    replicas,
    requirements: requirementsOf(placement.clusterSelector),
    tolerations: (placement.tolerations ?? []).map((toleration) => ({
      key: toleration.key ?? '',
      operator: toleration.operator ?? 'Equal',
      value: toleration.value ?? '',
      ...(toleration.effect ? { effect: toleration.effect } : {}),
    })),
    ...(placement.clusters ? { onlyLocations: known(placement.clusters) } : {}),
    notLocations: [...new Set([...known(placement.notClusters ?? []), ...silent])].sort(compareText),
    ...(security && spec.securityClass ? { securityClass: securityRank(spec.securityClass) } : {}),
    ...(compliance && spec.complianceClass ? { complianceClass: complianceRank(spec.complianceClass) } : {}),
    ...(spread ? { spread } : {}),
    data: (service.data ?? []).map((need) => toDataNeed(state.namespace, need)),
    move: {
      policy: move.policy ?? 'Anywhere',
      ...(move.stateSize === undefined ? {} : { stateGB: parseQuantity(move.stateSize) / 1e9 }),
    },
    ...(runs.length > 0 ? { running: runs } : {}),
  };
}

function spreadOf(service: ServiceSpec, tolerance: Tolerance, replicas: number): Service['spread'] {
  const wanted = service.placement?.spread;
  if (wanted) return { over: wanted.over === 'Zone' ? 'Zone' : 'Location', min: wanted.min };
  if (tolerance.kind !== 'Share') return undefined;
  const min = domainsFor(tolerance.share, replicas);
  return min > 1 ? { over: 'Zone', min } : undefined;
}

function requirementsOf(
  selector: NonNullable<ServiceSpec['placement']>['clusterSelector'],
): LabelRequirement[] {
  const labels = Object.entries(selector?.matchLabels ?? {}).map(
    ([key, value]): LabelRequirement => ({
      key,
      operator: 'In',
      values: [value],
    }),
  );
  const expressions = (selector?.matchExpressions ?? []).map(({ key, operator, values = [] }) => ({
    key,
    operator,
    values,
  }));
  return [...labels.sort((a, b) => compareText(a.key, b.key)), ...expressions];
}

function toDataNeed(namespace: string, need: NonNullable<ServiceSpec['data']>[number]): DataNeed {
  return {
    dataset: keyString({ namespace, name: need.dataset }),
    access: need.access ?? 'Read',
    locality: need.locality ?? 'Preferred',
    ...(need.maxDelay === undefined ? {} : { maxDelayMs: parseDelay(need.maxDelay) * 1000 }),
    ...(need.maxStaleness === undefined ? {} : { maxStalenessSeconds: parseAge(need.maxStaleness) }),
  };
}

function toChannels(
  state: AppState,
  spec: CodecoAppSpec,
  service: ServiceSpec,
  context: ApplicationContext,
  notes: string[],
): Channel[] {
  return (service.serviceChannels ?? []).flatMap((channel): Channel[] => {
    const { appName, serviceName } = channel.otherService;
    const own = appName === undefined || appName === '' || appName === (spec.appName ?? state.name);
    const application = own ? undefined : context.otherApp(state.namespace, appName);
    if (!own && (application === undefined || application === state.id)) {
      notes.push(
        `channel ${channel.channelName}: there is no app ${appName} in namespace ${state.namespace}, so the channel is not weighed`,
      );
      return [];
    }
    if (own && serviceName === service.serviceName) {
      notes.push(`channel ${channel.channelName}: leads back to ${serviceName} itself and is not weighed`);
      return [];
    }
    return [
      {
        id: channel.channelName,
        from: service.serviceName,
        to: { ...(application === undefined ? {} : { application }), service: serviceName },
        class: channel.serviceClass ?? 'BESTEFFORT',
        ...channelFigures(channel),
        clean: channel.residency === 'Clean',
      },
    ];
  });
}

function toEntryPoints(spec: CodecoAppSpec, context: ApplicationContext, notes: string[]): EntryPoint[] {
  const points = (spec.entryPoints ?? []).flatMap(
    ({ name, service, region, cluster, callsPerSecond }): EntryPoint[] => {
      if (cluster !== undefined && !context.locations.has(cluster)) {
        notes.push(`entry point ${name}: cluster ${cluster} does not exist, so its calls are not weighed`);
        return [];
      }
      return [
        {
          id: name,
          service,
          ...(region === undefined ? {} : { region }),
          ...(cluster === undefined ? {} : { location: cluster }),
          callsPerSecond,
        },
      ];
    },
  );
  return points.sort((a, b) => compareText(a.id, b.id));
}

function unenforcedClasses(spec: CodecoAppSpec, { classified }: ApplicationContext): string[] {
  const notes: string[] = [];
  if (!classified.security && spec.securityClass !== undefined && securityRank(spec.securityClass) > 0) {
    notes.push(
      `securityClass ${spec.securityClass} is not checked: no ClusterCapability gives a cluster a securityClass`,
    );
  }
  if (
    !classified.compliance &&
    spec.complianceClass !== undefined &&
    complianceRank(spec.complianceClass) > 0
  ) {
    notes.push(
      `complianceClass ${spec.complianceClass} is not checked: no ClusterCapability gives a cluster a complianceClass`,
    );
  }
  return notes;
}
