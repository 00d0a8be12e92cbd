import { describe, expect, it } from 'vitest';
import { aDecision, anAppState } from '../../test/support/appstate.ts';
import { type ClusterUse, freeOf, heldByOthers } from './free.ts';

const USE: ClusterUse = {
  allocatable: { cpu: 10, memory: 20, pods: 100 },
  requestedByOthers: { cpu: 2, memory: 4 },
  observed: new Map(),
  reserve: { cpu: 2, memory: 4 },
};
const NONE = new Set<string>();

describe('freeOf', () => {
  it('is allocatable less what others request', () => {
    expect(freeOf(USE, new Map(), NONE)).toEqual({ cpu: 8, memory: 16, pods: 100 });
  });

  it('keeps the reserve where nobody measures the others, and never of pods', () => {
    const use = { ...USE, requestedByOthers: undefined, reserve: { cpu: 5, memory: 2 } };
    expect(freeOf(use, new Map(), NONE)).toEqual({ cpu: 5, memory: 18, pods: 100 });
  });

  it('takes for each app the larger of decided and observed, resource by resource', () => {
    const use = { ...USE, observed: new Map([['shop/a', { cpu: 3, memory: 1 }]]) };
    const held = new Map([['shop/a', { cpu: 1, memory: 2, pods: 1 }]]);
    expect(freeOf(use, held, NONE)).toEqual({ cpu: 5, memory: 14, pods: 99 });
  });

  it('counts an app that only the cluster knows of', () => {
    const use = { ...USE, observed: new Map([['shop/orphan', { cpu: 1 }]]) };
    expect(freeOf(use, new Map(), NONE).cpu).toBe(7);
  });

  it('gives an app that is decided again what it holds, decided or observed', () => {
    const use = { ...USE, observed: new Map([['shop/a', { cpu: 3 }]]) };
    const held = new Map([['shop/a', { cpu: 4 }]]);
    expect(freeOf(use, held, new Set(['shop/a'])).cpu).toBe(8);
  });

  it('is never negative, and invents no resource', () => {
    const held = new Map([['shop/a', { cpu: 40, 'nvidia.com/gpu': 1 }]]);
    expect(freeOf(USE, held, NONE)).toEqual({ cpu: 0, memory: 16, pods: 100 });
  });

  it('knows nothing of a cluster that reports nothing', () => {
    expect(freeOf({ ...USE, allocatable: {} }, new Map(), NONE)).toEqual({});
  });
});

it('collects what every app but the excepted ones holds, by cluster', () => {
  const plan = { decision: aDecision() };
  const states = [
    anAppState({ name: 'web', plan }),
    anAppState({ name: 'api', plan: { decision: aDecision({ revision: 'api-new' }) } }),
  ];
  expect(heldByOthers(states, new Set(['shop/api']))).toEqual(
    new Map([['edge-a', new Map([['shop/web', { cpu: 0.5, memory: 0.25, pods: 1 }]])]]),
  );
});
