import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAppState, aService } from '../../test/support/appstate.ts';
import { heldByCluster, heldReplicas, runningShares } from './appstate.ts';

const RUNNING = { decision: 'd0', ready: 1 };

describe('what an app holds', () => {
  it('is nothing without a decision', () => {
    expect(heldByCluster(anAppState())).toEqual(new Map());
  });

  it('is the larger of decided and running, service by service and cluster by cluster', () => {
    const state = anAppState({
      plan: { decision: aDecision({ assignments: [{ service: 'front', cluster: 'new', replicas: 3 }] }) },
      status: {
        running: [
          { service: 'front', cluster: 'old', replicas: 2, ...RUNNING },
          { service: 'front', cluster: 'new', replicas: 1, ...RUNNING },
        ],
      },
    });
    expect(heldReplicas(state).get('front')).toEqual(
      new Map([
        ['new', 3],
        ['old', 2],
      ]),
    );
    expect(heldByCluster(state).get('old')).toEqual({ cpu: 1, memory: 0.5, pods: 2 });
    expect(heldByCluster(state).get('new')).toEqual({ cpu: 1.5, memory: 0.75, pods: 3 });
  });

  it('counts a service that the new model no longer has by the model that had it', () => {
    const gone = aService({ serviceName: 'gone' });
    const state = anAppState({
      older: aModel({ 'codecoapp-msspec': [gone] }),
      plan: { decision: aDecision() },
      status: { running: [{ service: 'gone', cluster: 'old', replicas: 1, ...RUNNING }] },
    });
    expect(heldByCluster(state).get('old')).toEqual({ cpu: 0.5, memory: 0.25, pods: 1 });
  });

  it('counts by the decided model while a newer one waits', () => {
    const big = aService({ podspec: { containers: [{ name: 'c', resources: { requests: { cpu: '8' } } }] } });
    const state = anAppState({
      model: aModel({ 'codecoapp-msspec': [big] }),
      older: aModel(),
      plan: { decision: aDecision({ revision: 'web-old' }) },
    });
    expect(heldByCluster(state).get('edge-a')).toEqual({ cpu: 0.5, memory: 0.25, pods: 1 });
  });
});

describe('where an app runs, for the engine', () => {
  it('is where it was decided to be, the old place being on its way out', () => {
    const state = anAppState({
      plan: { decision: aDecision() },
      status: { running: [{ service: 'front', cluster: 'old', replicas: 1, ...RUNNING }] },
    });
    expect(runningShares(state)).toEqual(new Map([['front', [{ location: 'edge-a', replicas: 1 }]]]));
  });

  it('adds up works of one service on one cluster', () => {
    const running = { service: 'front', cluster: 'old', replicas: 1, ...RUNNING };
    const state = anAppState({ plan: {}, status: { running: [running, running] } });
    expect(runningShares(state)).toEqual(new Map([['front', [{ location: 'old', replicas: 2 }]]]));
  });
});
