import type { z } from 'zod';
import { nearest } from '../../../nearest.ts';
import { tryParseQuantity } from '../../../quantity.ts';
import type { AdvancedChannelSettings, ServiceChannel, ServiceSpec } from '../codecoapp.ts';
import type { Findings } from './finding.ts';
import { foreignName, validateDelay, validateQuantity } from './values.ts';

/** What may follow `svc-` in the name of a Service. */
const DNS_LABEL_END = /^[-a-z0-9]*[a-z0-9]$/;

/**
 * A channel, and what it leads to.
 *
 * @param seen channel names of the application so far, each with its service; this one is added
 */
export function validateChannel(
  channel: ServiceChannel,
  path: string,
  service: ServiceSpec,
  services: readonly ServiceSpec[],
  appName: string,
  seen: Map<string, string>,
  findings: Findings,
): void {
  const { channelName, otherService, advancedChannelSettings: settings } = channel;
  const before = seen.get(channelName);
  if (before !== undefined)
    findings.error(`${path}.channelName`, channelName, `${before} has a channel of this name already`);
  else seen.set(channelName, service.serviceName);
  if (!DNS_LABEL_END.test(channelName))
    findings.error(
      `${path}.channelName`,
      channelName,
      `the Service would be called svc-${channelName}: only lower-case letters, digits and - are possible, and no - at the end`,
      nearestLabel(channelName),
    );
  if (settings) validateSettings(settings, `${path}.advancedChannelSettings`, findings);
  foreignName(`${path}.otherService.appName`, otherService.appName, findings);
  // The other application may come later; only its own controller can judge that.
  if (otherService.appName === undefined || otherService.appName === appName)
    validateEnd(otherService, `${path}.otherService`, service, services, findings);
}

function validateEnd(
  { serviceName, port }: ServiceChannel['otherService'],
  path: string,
  from: ServiceSpec,
  services: readonly ServiceSpec[],
  findings: Findings,
): void {
  const other = services.find((service) => service.serviceName === serviceName);
  if (!other) {
    const names = services.map((service) => service.serviceName);
    findings.error(`${path}.serviceName`, serviceName, 'no such service', nearest(serviceName, names));
    return;
  }
  if (other === from) findings.error(`${path}.serviceName`, serviceName, 'a channel to the service itself');
  const ports = other.podspec.containers
    .flatMap(({ ports: opened }) => opened ?? [])
    .map(({ containerPort }) => containerPort);
  if (ports.includes(port)) return;
  const [near] = [...ports].sort((a, b) => Math.abs(a - port) - Math.abs(b - port));
  findings.error(
    `${path}.port`,
    port,
    `no container of ${other.serviceName} opens this port`,
    near === undefined ? undefined : String(near),
  );
}

function validateSettings(
  settings: z.output<typeof AdvancedChannelSettings>,
  path: string,
  findings: Findings,
): void {
  const { bandwidth, minBandwidth, maxDelay, sendInterval, frameSize } = settings;
  for (const [field, value] of Object.entries({ bandwidth, minBandwidth, frameSize })) {
    if (value !== undefined) validateQuantity(`${path}.${field}`, value, findings);
  }
  if (
    bandwidth !== undefined &&
    minBandwidth !== undefined &&
    tryParseQuantity(bandwidth) !== tryParseQuantity(minBandwidth)
  ) {
    findings.error(
      `${path}.minBandwidth`,
      minBandwidth,
      `bandwidth says ${bandwidth}: two names of one field must agree`,
      bandwidth,
    );
  }
  if (maxDelay !== undefined) validateDelay(`${path}.maxDelay`, maxDelay, findings);
  if (sendInterval !== undefined) validateDelay(`${path}.sendInterval`, sendInterval, findings);
}

/** The name in the letters that names of Kubernetes have, if anything is left of it. */
function nearestLabel(name: string): string | undefined {
  const label = name
    .toLowerCase()
    .replace(/[^-a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return label === '' ? undefined : label;
}
