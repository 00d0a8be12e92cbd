import { describe, expect, it } from 'vitest';
import type { ServiceChannel } from '../api/codeco/v1alpha1/codecoapp.ts';
import { channelFigures } from './traffic.ts';

function channel(fields: Partial<ServiceChannel>): ServiceChannel {
  return { channelName: 'frames', otherService: { serviceName: 'sink', port: 80 }, ...fields };
}

describe('channelFigures', () => {
  it.each([
    [
      'nothing given: one call of 1 kB a second, assumed',
      {},
      { callsPerSecond: 1, bytesPerCall: 1000, assumed: true },
    ],
    [
      'interval and frame size are the user’s figures',
      { advancedChannelSettings: { sendInterval: '10e-3', frameSize: 1500 } },
      { callsPerSecond: 100, bytesPerCall: 1500, assumed: false },
    ],
    [
      'a frame size without an interval falls back to the bandwidth',
      { advancedChannelSettings: { frameSize: 1500, minBandwidth: '8M' } },
      { bandwidthMbps: 8, callsPerSecond: 1, bytesPerCall: 100_000, assumed: true },
    ],
    [
      'an interval of zero is no rate',
      { advancedChannelSettings: { sendInterval: 0, frameSize: 1500 } },
      { callsPerSecond: 1, bytesPerCall: 1000, assumed: true },
    ],
    [
      'traffic wins over what can be derived',
      {
        traffic: { callsPerSecond: 7, bytesPerCall: 0 },
        advancedChannelSettings: { sendInterval: 1, frameSize: 9 },
      },
      { callsPerSecond: 7, bytesPerCall: 0, assumed: false },
    ],
    [
      'half of the traffic given leaves the other half assumed',
      { traffic: { callsPerSecond: 7 } },
      { callsPerSecond: 7, bytesPerCall: 1000, assumed: true },
    ],
    [
      'a plain maxDelay is seconds',
      { advancedChannelSettings: { maxDelay: '10e-3' } },
      { maxDelayMs: 10, callsPerSecond: 1, bytesPerCall: 1000, assumed: true },
    ],
    [
      'a maxDelay with a unit is a duration',
      { advancedChannelSettings: { maxDelay: '250us' } },
      { maxDelayMs: 0.25, callsPerSecond: 1, bytesPerCall: 1000, assumed: true },
    ],
  ])('%s', (_name, fields, figures) => {
    expect(channelFigures(channel(fields))).toEqual(figures);
  });

  it('refuses a delay that can be read in two ways', () => {
    expect(() => channelFigures(channel({ advancedChannelSettings: { maxDelay: '10m' } }))).toThrow(
      '10ms or 600s',
    );
  });
});
