import { describe, expect, it } from 'vitest';
import { aDecision, aModel, anAppState, aService } from '../../test/support/appstate.ts';
import { anApp, aPlan } from '../../test/support/federation.ts';
import { type AppHead, appStates, heldByCluster, heldReplicas, runningShares } from './appstate.ts';

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

describe('the model that is decided on', () => {
  const head: AppHead = { metadata: { namespace: 'shop', name: 'web', uid: 'u2' }, spec: {} };
  const revision = (name: string, generation: number, uid: string) => ({
    namespace: 'shop',
    name,
    app: 'web',
    uid,
    generation,
    spec: aModel(),
  });
  const stateOf = (app: AppHead, ...revisions: ReturnType<typeof revision>[]) =>
    appStates({ apps: [app], revisions, plans: [] }).get('shop/web');

  it('is that of the newest revision, before status names it', () => {
    const state = stateOf(head, revision('r1', 1, 'u2'), revision('r2', 2, 'u2'));
    expect(state).toMatchObject({ generation: 2, accepted: { name: 'r2' } });
  });

  it('is never that of an earlier app of the same name', () => {
    expect(stateOf(head, revision('r9', 9, 'u1'))?.accepted).toBeUndefined();
    expect(stateOf(head, revision('r9', 9, 'u1'), revision('r1', 1, 'u2'))?.accepted?.name).toBe('r1');
  });

  it('is an older one again when status says that a later generation brought it back', () => {
    const again = { ...head, status: { acceptedRevision: 'r1', acceptedGeneration: 3 } };
    const state = stateOf(again, revision('r1', 1, 'u2'), revision('r2', 2, 'u2'));
    expect(state).toMatchObject({ generation: 3, accepted: { name: 'r1' } });
  });
});

describe('the state of an app', () => {
  const head: AppHead = { metadata: { namespace: 'shop', name: 'web', uid: 'u' }, spec: {} };
  const revision = { namespace: 'shop', app: 'web', name: 'web-r1', uid: 'u', generation: 1, spec: aModel() };
  const newer = { ...revision, name: 'web-r2', generation: 2 };
  const plan = aPlan('web', { decision: aDecision({ revision: 'web-r1' }) });
  const stateOf = (input: Parameters<typeof appStates>[0]) => appStates(input).get('shop/web');
  const now = { apps: [head], revisions: [revision], plans: [plan] };

  it('is the very same from one picture to the next while nothing of the app changes', () => {
    const state = stateOf(now);
    const other = anApp('other', aModel());
    const besideOther = {
      apps: [other.head, head],
      revisions: [other.revision, revision],
      plans: [plan],
    };
    expect(stateOf(besideOther)).toBe(state);
    expect(heldByCluster(stateOf(now)!)).toBe(heldByCluster(state!));
  });

  it('is another one with another plan, another revision or another head', () => {
    stateOf(now);
    const moved = aPlan('web', {
      decision: aDecision({
        revision: 'web-r1',
        assignments: [{ service: 'front', cluster: 'new', replicas: 1 }],
      }),
    });
    expect([...heldByCluster(stateOf({ ...now, plans: [moved] })!).keys()]).toEqual(['new']);
    expect([...heldByCluster(stateOf({ ...now, plans: [] })!).keys()]).toEqual([]);
    expect(stateOf({ ...now, revisions: [revision, newer] })?.accepted).toBe(newer);
    expect(stateOf({ ...now, revisions: [newer] })?.accepted).toBe(newer);
    expect(stateOf(now)?.accepted).toBe(revision);
    const suspended = { ...head, spec: { suspend: true } };
    expect(stateOf({ ...now, apps: [suspended] })?.head).toBe(suspended);
  });
});
