import { describe, expect, it } from 'vitest';
import { aDecision, anAppState, anAttempt } from '../../../test/support/appstate.ts';
import type { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import type { AppHead, AppState } from '../../snapshot/appstate.ts';
import { needsDecision } from './needsdecision.ts';

const exists = () => undefined;

function state(plan?: AssignmentPlanSpec): AppState {
  return anAppState(plan ? { plan } : {});
}

describe('an app that SWM leaves alone', () => {
  it.each<[string, AppState]>([
    ['has no accepted revision', anAppState({ model: null })],
    [
      'is being deleted',
      withHead({ metadata: { name: 'web', namespace: 'shop', deletionTimestamp: 'now' } }),
    ],
    ['is suspended, whatever was decided for it', withHead({ spec: { suspend: true } })],
    ['runs a decision of its accepted revision', state({ decision: aDecision(), attempt: anAttempt() })],
  ])('%s', (_name, app) => {
    expect(needsDecision(app, exists)).toEqual({ kind: 'Nothing' });
  });

  it('runs on a cluster that is silent but still there', () => {
    const app = state({ decision: aDecision(), attempt: anAttempt() });
    expect(needsDecision(app, (cluster) => (cluster === 'edge-a' ? undefined : 'is gone'))).toEqual({
      kind: 'Nothing',
    });
  });
});

describe('an app that needs a decision', () => {
  it('has none yet', () => {
    expect(needsDecision(state(), exists)).toEqual({ kind: 'Solve', cause: 'first decision' });
  });

  it('has a newer accepted revision than its decision', () => {
    const app = state({
      decision: aDecision({ revision: 'web-old' }),
      attempt: anAttempt({ generation: 1, revision: 'web-old' }),
    });
    expect(needsDecision(app, exists)).toEqual({ kind: 'Solve', cause: 'model of generation 2' });
  });

  it('uses a cluster that no longer exists', () => {
    const app = state({ decision: aDecision(), attempt: anAttempt() });
    expect(needsDecision(app, () => 'is gone')).toEqual({
      kind: 'Solve',
      cause: 'cluster edge-a is gone',
      lost: ['edge-a'],
    });
  });
});

it('an app that was displaced waits, and is solved again when its model changes', () => {
  const displaced = aDecision({ assignments: [] });
  const waits = state({ decision: displaced, attempt: anAttempt({ verdict: 'Deferred' }) });
  expect(needsDecision(waits, exists).kind).toBe('Retry');
  const edited = state({ decision: displaced, attempt: anAttempt({ verdict: 'Deferred', generation: 1 }) });
  expect(needsDecision(edited, exists).kind).toBe('Solve');
});

describe('an app whose attempt failed', () => {
  it.each<[string, AppState]>([
    ['for want of any decision', state({ attempt: anAttempt({ verdict: 'Infeasible' }) })],
    [
      'beside an older decision that keeps running',
      state({ decision: aDecision({ revision: 'web-old' }), attempt: anAttempt({ verdict: 'Deferred' }) }),
    ],
  ])('is only tried again when something changes: %s', (_name, app) => {
    expect(needsDecision(app, exists).kind).toBe('Retry');
  });

  it('is solved at once when a new revision was accepted since', () => {
    const app = state({ attempt: anAttempt({ verdict: 'Infeasible', generation: 1, revision: 'web-old' }) });
    expect(needsDecision(app, exists).kind).toBe('Solve');
  });

  it('only needs its attempt put right when the edit was taken back', () => {
    const app = state({
      decision: aDecision(),
      attempt: anAttempt({ verdict: 'Infeasible', generation: 1, revision: 'web-bad' }),
    });
    expect(needsDecision(app, exists)).toEqual({ kind: 'Confirm' });
  });
});

function withHead(changes: Partial<AppHead>): AppState {
  const app = anAppState({});
  return { ...app, head: { ...app.head, ...changes } };
}
