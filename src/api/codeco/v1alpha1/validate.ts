import type { z } from 'zod';
import { readAge, readDelay } from '../../duration.ts';
import { nearest } from '../../nearest.ts';
import { quantityHint, tryParseQuantity } from '../../quantity.ts';
import type { AdvancedChannelSettings, CodecoAppSpec, ServiceChannel, ServiceSpec } from './codecoapp.ts';

/** Something wrong with a model, at a path as kubectl writes it. */
export interface Finding {
  path: string;
  value: string;
  message: string;
  /** The valid value that was most likely meant. */
  nearest?: string;
  severity: 'Error' | 'Warning';
}

/** What surrounds the model. Left out (offline): the rules that need it are not judged. */
export interface ModelContext {
  /** Name and namespace of the object. */
  name: string;
  namespace?: string;
  /** FederationPolicies that let no application run in the namespace. */
  closedBy?: readonly string[];
  /** ServiceAccounts that policy lets Pods name. */
  serviceAccounts?: ReadonlySet<string>;
  /** Data sets in the namespace. */
  datasets?: ReadonlySet<string>;
  /** Profiles that exist. */
  profiles?: ReadonlySet<string>;
}

const NAME_LIMIT = 63;
const FORBIDDEN_NAMESPACE = /^(kube-|open-cluster-management|codeco-)/;

/** What may follow `svc-` in the name of a Service. */
const DNS_LABEL_END = /^[-a-z0-9]*[a-z0-9]$/;

/** The name in the letters that names of Kubernetes have, if anything is left of it. */
function nearestLabel(name: string): string | undefined {
  const label = name
    .toLowerCase()
    .replace(/[^-a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return label === '' ? undefined : label;
}

/** A reference to another namespace: a tenant may name only what is its own. */
function foreignName(path: string, name: string | undefined, error: Report): void {
  if (name?.includes('/'))
    error(
      path,
      name,
      'only objects of the namespace of the application can be named',
      name.slice(name.lastIndexOf('/') + 1),
    );
}

/** One line for people: path, value, what is wrong, and the nearest valid value. */
export function findingText({ path, value, message, nearest: near }: Finding): string {
  return `${path}: ${value === '' ? '' : `${value}: `}${message}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/**
 * What neither schema nor CEL can tell about a model: names that lead nowhere, ports that nothing opens,
 * quantities that cannot be read, rules that contradict each other. Pure; sorted as the model is written.
 */
export function validateModel(spec: CodecoAppSpec, context: ModelContext): Finding[] {
  const services = spec['codecoapp-msspec'];
  const names = services.map(({ serviceName }) => serviceName);
  const appName = spec.appName ?? context.name;
  const findings: Finding[] = [];
  const error = (path: string, value: unknown, message: string, near?: string) =>
    findings.push({
      path,
      value: String(value),
      message,
      severity: 'Error',
      ...(near === undefined ? {} : { nearest: near }),
    });

  if (context.namespace !== undefined && FORBIDDEN_NAMESPACE.test(context.namespace)) {
    error('metadata.namespace', context.namespace, 'applications may not run in system namespaces');
  }
  const [closing] = context.closedBy ?? [];
  if (closing !== undefined) {
    const message = `FederationPolicy ${closing} lets no application run in this namespace (denyNamespaces)`;
    error('metadata.namespace', context.namespace, message);
  }
  if (
    spec.performanceProfile !== undefined &&
    context.profiles &&
    !context.profiles.has(spec.performanceProfile)
  ) {
    error(
      'spec.performanceProfile',
      spec.performanceProfile,
      `no such profile; there are ${[...context.profiles].sort().join(', ')}`,
      nearest(spec.performanceProfile, context.profiles),
    );
  }
  if (!/^(|High|Medium|Low|\d+(\.\d+)?\s*%?)$/.test(spec.appFailureTolerance ?? '')) {
    error(
      'spec.appFailureTolerance',
      spec.appFailureTolerance,
      'allowed are High, Medium, Low, empty, or a percentage',
      nearest(spec.appFailureTolerance ?? '', ['High', 'Medium', 'Low']),
    );
  }
  if (!/^(|\d+(\.\d+)?\s*%?)$/.test(spec.appEnergyLimit ?? '')) {
    error('spec.appEnergyLimit', spec.appEnergyLimit, 'a percentage is needed, for example "50"');
  }
  spec.entryPoints?.forEach((entry, index) => {
    if (!names.includes(entry.service))
      error(
        `spec.entryPoints[${index}].service`,
        entry.service,
        'no such service',
        nearest(entry.service, names),
      );
    if ((entry.region === undefined) === (entry.cluster === undefined))
      error(`spec.entryPoints[${index}]`, entry.name, 'an entry point names either a region or a cluster');
  });
  foreignName('spec.placementRef.name', spec.placementRef?.name, error);

  const seenChannels = new Map<string, string>();
  services.forEach((service, index) => {
    const path = `spec.codecoapp-msspec[${index}]`;
    if (names.indexOf(service.serviceName) !== index)
      error(`${path}.serviceName`, service.serviceName, 'two services have this name');
    const workload = `${appName}-${service.serviceName}`;
    if (workload.length > NAME_LIMIT)
      error(
        `${path}.serviceName`,
        service.serviceName,
        `the workload would be called ${workload}: ${workload.length} characters, at most ${NAME_LIMIT} are possible`,
      );
    validatePod(service, path, context, error, findings);
    validateTolerance(spec, service, path, error, findings);
    service.placement?.clusterSelector?.matchExpressions?.forEach(({ operator, values = [] }, at) => {
      if (['In', 'NotIn'].includes(operator) !== values.length > 0)
        error(
          `${path}.placement.clusterSelector.matchExpressions[${at}]`,
          operator,
          'In and NotIn need values; Exists and DoesNotExist take none',
        );
    });
    service.data?.forEach((need, at) => {
      foreignName(`${path}.data[${at}].dataset`, need.dataset, error);
      if (need.maxStaleness !== undefined) {
        const age = readAge(need.maxStaleness);
        if ('hint' in age) error(`${path}.data[${at}].maxStaleness`, need.maxStaleness, age.hint);
      }
      if (context.datasets && !context.datasets.has(need.dataset)) {
        error(
          `${path}.data[${at}].dataset`,
          need.dataset,
          'no such data set in this namespace',
          nearest(need.dataset, context.datasets),
        );
      }
      if (need.maxDelay !== undefined) validateDelay(`${path}.data[${at}].maxDelay`, need.maxDelay, error);
    });
    if (service.move?.stateSize !== undefined)
      validateQuantity(`${path}.move.stateSize`, service.move.stateSize, error);
    service.serviceChannels?.forEach((channel, at) => {
      validateChannel(
        channel,
        `${path}.serviceChannels[${at}]`,
        service,
        services,
        appName,
        seenChannels,
        error,
      );
    });
  });
  return findings;
}

type Report = (path: string, value: unknown, message: string, near?: string) => void;

function validateChannel(
  channel: ServiceChannel,
  path: string,
  service: ServiceSpec,
  services: readonly ServiceSpec[],
  appName: string,
  seen: Map<string, string>,
  error: Report,
): void {
  const { channelName, otherService } = channel;
  const before = seen.get(channelName);
  if (before !== undefined)
    error(`${path}.channelName`, channelName, `${before} has a channel of this name already`);
  else seen.set(channelName, service.serviceName);
  if (!DNS_LABEL_END.test(channelName))
    error(
      `${path}.channelName`,
      channelName,
      `the Service would be called svc-${channelName}: only lower-case letters, digits and - are possible, and no - at the end`,
      nearestLabel(channelName),
    );
  const settings = channel.advancedChannelSettings;
  if (settings) validateSettings(settings, `${path}.advancedChannelSettings`, error);
  foreignName(`${path}.otherService.appName`, otherService.appName, error);
  // The other application may come later; only its own controller can judge that.
  if (otherService.appName !== undefined && otherService.appName !== appName) return;
  const names = services.map(({ serviceName }) => serviceName);
  const other = services.find(({ serviceName }) => serviceName === otherService.serviceName);
  if (!other) {
    error(
      `${path}.otherService.serviceName`,
      otherService.serviceName,
      'no such service',
      nearest(otherService.serviceName, names),
    );
    return;
  }
  if (other === service)
    error(`${path}.otherService.serviceName`, otherService.serviceName, 'a channel to the service itself');
  const ports = other.podspec.containers
    .flatMap(({ ports: opened }) => opened ?? [])
    .map(({ containerPort }) => containerPort);
  if (!ports.includes(otherService.port)) {
    const near = ports.reduce<number | undefined>(
      (best, port) =>
        best === undefined || Math.abs(port - otherService.port) < Math.abs(best - otherService.port)
          ? port
          : best,
      undefined,
    );
    error(
      `${path}.otherService.port`,
      otherService.port,
      `no container of ${other.serviceName} opens this port`,
      near === undefined ? undefined : String(near),
    );
  }
}

function validateSettings(
  settings: z.output<typeof AdvancedChannelSettings>,
  path: string,
  error: Report,
): void {
  const { bandwidth, minBandwidth, maxDelay, sendInterval, frameSize } = settings;
  for (const [field, value] of Object.entries({ bandwidth, minBandwidth, frameSize })) {
    if (value !== undefined) validateQuantity(`${path}.${field}`, value, error);
  }
  if (
    bandwidth !== undefined &&
    minBandwidth !== undefined &&
    tryParseQuantity(bandwidth) !== tryParseQuantity(minBandwidth)
  ) {
    error(
      `${path}.minBandwidth`,
      minBandwidth,
      `bandwidth says ${bandwidth}: two names of one field must agree`,
      bandwidth,
    );
  }
  if (maxDelay !== undefined) validateDelay(`${path}.maxDelay`, maxDelay, error);
  if (sendInterval !== undefined) validateDelay(`${path}.sendInterval`, sendInterval, error);
}

function validateQuantity(path: string, value: string | number, error: Report): void {
  const amount = tryParseQuantity(value);
  if (amount === undefined) error(path, value, `not a quantity; ${quantityHint(value)}`);
  else if (amount < 0) error(path, value, 'must not be negative', String(value).replace(/^-/, ''));
}

function validateDelay(path: string, value: string | number, error: Report): void {
  const reading = readDelay(value);
  if ('hint' in reading) error(path, value, reading.hint);
  else if (reading.seconds < 0) error(path, value, 'must not be negative');
}

function validatePod(
  { podspec, placement }: ServiceSpec,
  path: string,
  context: ModelContext,
  error: Report,
  findings: Finding[],
): void {
  const at = `${path}.podspec`;
  if (podspec.restartPolicy !== undefined && podspec.restartPolicy !== 'Always')
    error(`${at}.restartPolicy`, podspec.restartPolicy, 'services run on; only Always is possible', 'Always');
  if (podspec.nodeName !== undefined && podspec.nodeName !== '')
    error(`${at}.nodeName`, podspec.nodeName, 'nodes belong to clusters; use placement.clusters');
  const account = podspec.serviceAccountName;
  if (
    account !== undefined &&
    account !== '' &&
    account !== 'default' &&
    context.serviceAccounts &&
    !context.serviceAccounts.has(account)
  ) {
    error(`${at}.serviceAccountName`, account, 'no FederationPolicy allows this ServiceAccount');
  }
  if (
    podspec.schedulerName !== undefined &&
    !['qos-scheduler', 'default-scheduler'].includes(podspec.schedulerName)
  ) {
    findings.push({
      path: `${at}.schedulerName`,
      value: podspec.schedulerName,
      message: 'kept; the managed cluster must have this scheduler',
      severity: 'Warning',
    });
  }
  for (const list of ['initContainers', 'containers'] as const) {
    podspec[list]?.forEach(({ resources }, index) => {
      for (const which of ['requests', 'limits'] as const) {
        for (const [resource, amount] of Object.entries(resources?.[which] ?? {}))
          validateQuantity(`${at}.${list}[${index}].resources.${which}[${resource}]`, amount, error);
      }
    });
  }
  validateClaims(podspec, placement?.clusters ?? [], `${at}.volumes`, error, findings);
}

/** A claim is an object of the managed cluster: it must be known which, and the user must have made it there. */
function validateClaims(
  { volumes = [] }: ServiceSpec['podspec'],
  clusters: readonly string[],
  path: string,
  error: Report,
  findings: Finding[],
): void {
  for (const volume of volumes) {
    const claim = volume['persistentVolumeClaim'] as { claimName?: unknown } | undefined;
    if (claim === undefined) continue;
    if (clusters.length === 0) {
      const message = 'a claim exists on certain clusters only: name them in placement.clusters';
      error(path, String(volume['name']), message);
      continue;
    }
    findings.push({
      path,
      value: String(claim.claimName),
      message: `the PersistentVolumeClaim must exist on ${clusters.join(', ')}, in the namespace of the same name`,
      severity: 'Warning',
    });
  }
}

/** High tolerance needs copies: what exists once cannot survive. */
function validateTolerance(
  spec: CodecoAppSpec,
  { replicas, move, podspec }: ServiceSpec,
  path: string,
  error: Report,
  findings: Finding[],
): void {
  if (spec.appFailureTolerance !== 'High') return;
  if (replicas === undefined)
    findings.push({
      path: `${path}.replicas`,
      value: '',
      message: 'not set: 2, since appFailureTolerance is High',
      severity: 'Warning',
    });
  if (replicas === 1) error(`${path}.replicas`, 1, 'appFailureTolerance High needs at least 2 replicas', '2');
  if (move?.policy === 'Pinned')
    error(`${path}.move.policy`, 'Pinned', 'appFailureTolerance High cannot hold for a pinned service');
  if (podspec.volumes?.some((volume) => volume['persistentVolumeClaim'] !== undefined)) {
    error(
      `${path}.podspec.volumes`,
      '',
      'appFailureTolerance High cannot hold for a service with a volume claim',
    );
  }
}
