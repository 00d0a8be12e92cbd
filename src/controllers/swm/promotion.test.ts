import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAttempt } from '../../../test/support/appstate.ts';
import { aCluster, anApp, aPlan, aSnapshot } from '../../../test/support/federation.ts';
import { check } from '../../engine/check.ts';
import { appStates } from '../../snapshot/appstate.ts';
import type { Snapshot } from '../../snapshot/snapshot.ts';
import { promotedSpec } from './promotion.ts';

const model = aModel({ appFailureTolerance: 'Medium' });
const fallbacks = [{ lostCluster: 'a', assignments: [{ service: 'front', cluster: 'b', replicas: 1 }] }];

/** App `web` runs on `a`, which is lost, with a fallback on `b`. */
function promote(changes: Partial<Snapshot> = {}, decision: Parameters<typeof aDecision>[0] = {}) {
  const plan = aPlan('web', {
    decision: aDecision({
      revision: 'web-r1',
      assignments: [{ service: 'front', cluster: 'a', replicas: 1 }],
      fallbacks,
      ...decision,
    }),
    attempt: anAttempt({ generation: 1, revision: 'web-r1' }),
  });
  const snapshot: Snapshot = {
    ...aSnapshot({ clusters: [aCluster('b'), aCluster('c')], apps: [anApp('web', model)], plans: [plan] }),
    ...changes,
  };
  const states = appStates(snapshot);
  return promotedSpec(snapshot, states, states.get('shop/web')!, ['a'], 'cluster a is gone', check);
}

describe('the stored fallback plan for a lost cluster', () => {
  it('becomes the decision, with its cause, when the referee finds nothing against it', () => {
    const promotion = promote();
    expect('spec' in promotion && promotion.spec).toMatchObject({
      decision: {
        revision: 'web-r1',
        cause: 'cluster a is gone: its fallback plan',
        assignments: [{ service: 'front', cluster: 'b', replicas: 1 }],
        evidence: { engine: 'given/1', work: 0, proof: 'None' },
      },
      attempt: { generation: 1, verdict: 'Placed' },
    });
    // Nobody has looked for a way out of the loss of b yet.
    expect('spec' in promotion && promotion.spec.decision).not.toHaveProperty('fallbacks');
  });

  it('is refused when the cluster it leads to has no room any more', () => {
    expect(promote({ managedClusters: [aCluster('b', { cpu: '0.1' }), aCluster('c')] })).toEqual({
      refused: expect.stringContaining('the fallback plan for a no longer holds: Capacity on b'),
    });
  });

  it('is refused when the cluster it leads to is lost, too', () => {
    expect(promote({ managedClusters: [aCluster('c')] })).toEqual({
      refused: expect.stringContaining('on b'),
    });
  });

  it('is refused when it was made of another model', () => {
    expect(promote({}, { revision: 'web-r0' })).toEqual({ refused: 'its fallback plan is of another model' });
  });

  it('is not there for every loss', () => {
    expect(promote({}, { fallbacks: [] })).toEqual({ refused: 'no fallback plan is stored' });
  });
});
