import { describe, expect, it } from 'vitest';
import type { Reason } from '../../engine/result.ts';
import { failedReason } from './failedreason.ts';

const APP = { namespace: 'shop', name: 'vision' };
const about = (rule: Reason['rule'], message: string): Reason => ({
  rule,
  application: 'shop/vision',
  service: 'detector',
  message,
});

describe('the reason of a failed attempt', () => {
  it('says what cannot be had together, the nearest change, and how to make it', () => {
    const conflict = [
      about('Delay', 'detector must be within 8 ms of camera-gw (channel frames, ASSURED)'),
      about('Capacity', 'detector needs 1 nvidia.com/gpu'),
      about('Residency', 'dataset faces may not leave EU'),
    ];
    const relaxations = [
      {
        message: 'raise maxDelay of channel frames to 11 ms (then: edge-b)',
        rule: 'Delay' as const,
        verified: true,
      },
    ];
    expect(failedReason({ verdict: 'Infeasible', conflict, relaxations }, APP)).toBe(
      'detector must be within 8 ms of camera-gw (channel frames, ASSURED), needs 1 nvidia.com/gpu and dataset faces may not leave EU: no cluster has all three. Nearest: raise maxDelay of channel frames to 11 ms (then: edge-b). Try: kubectl edit codecoapp vision -n shop',
    );
  });

  it('gives no advice where the app has nothing to change', () => {
    const conflict = [about('Capacity', 'would fit on edge-a, but not beside shop/web')];
    expect(failedReason({ verdict: 'Deferred', conflict, relaxations: [] }, APP)).toBe(
      'waits for capacity: would fit on edge-a, but not beside shop/web',
    );
  });
});
