import type { ServiceChannel } from '../api/codeco/v1alpha1/codecoapp.ts';
import { parseDelay } from '../api/duration.ts';
import { parseQuantity } from '../api/quantity.ts';

/** Limits and load of a channel in the units of the engine. */
export interface ChannelFigures {
  maxDelayMs?: number;
  bandwidthMbps?: number;
  callsPerSecond: number;
  bytesPerCall: number;
  /** One of the two traffic figures is a default and not the user's. */
  assumed: boolean;
}

const DEFAULT_CALLS_PER_SECOND = 1;
const DEFAULT_BYTES_PER_CALL = 1000;
/** Of a reserved bandwidth, the share that is used on average. */
const MEAN_SHARE = 0.1;

/**
 * `traffic` where the user gives it; else 1/sendInterval and frameSize where both are there; else a tenth of
 * the bandwidth at 1 call/s; else 1 call/s of 1 kB. Throws QuantityError or DurationError for a value that
 * ACM should have refused.
 */
export function channelFigures({ advancedChannelSettings, traffic }: ServiceChannel): ChannelFigures {
  const settings = advancedChannelSettings ?? {};
  const bandwidth = settings.bandwidth ?? settings.minBandwidth;
  const bitsPerSecond = bandwidth === undefined ? undefined : parseQuantity(bandwidth);
  const derived = derivedTraffic(settings, bitsPerSecond);
  return {
    ...(settings.maxDelay === undefined ? {} : { maxDelayMs: parseDelay(settings.maxDelay) * 1000 }),
    ...(bitsPerSecond === undefined ? {} : { bandwidthMbps: bitsPerSecond / 1e6 }),
    callsPerSecond: traffic?.callsPerSecond ?? derived.callsPerSecond,
    bytesPerCall: traffic?.bytesPerCall ?? derived.bytesPerCall,
    assumed: !derived.given && (traffic?.callsPerSecond === undefined || traffic.bytesPerCall === undefined),
  };
}

function derivedTraffic(
  { sendInterval, frameSize }: NonNullable<ServiceChannel['advancedChannelSettings']>,
  bitsPerSecond: number | undefined,
): { callsPerSecond: number; bytesPerCall: number; given: boolean } {
  if (sendInterval !== undefined && frameSize !== undefined) {
    const seconds = parseDelay(sendInterval);
    // An interval of 0 is no rate at all.
    if (seconds > 0) {
      return { callsPerSecond: 1 / seconds, bytesPerCall: parseQuantity(frameSize), given: true };
    }
  }
  return {
    callsPerSecond: DEFAULT_CALLS_PER_SECOND,
    bytesPerCall: bitsPerSecond === undefined ? DEFAULT_BYTES_PER_CALL : (bitsPerSecond * MEAN_SHARE) / 8,
    given: false,
  };
}
