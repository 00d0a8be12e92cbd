import { expect, test } from 'vitest';
import { aDecision, aModel, anAttempt } from '../../../test/support/appstate.ts';
import { aPlan } from '../../../test/support/federation.ts';
import { AssignmentPlanSpec } from '../../api/codeco/v1alpha1/assignmentplan.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { LAST_APPLIED_ANNOTATION } from '../../api/labels.ts';
import { modelOf, toRevision, toRevisionState } from '../../work/revision.ts';
import { toCachedApp, toLeanPlan } from './caches.ts';

const app = {
  apiVersion: API_VERSION,
  kind: 'CodecoApp',
  metadata: {
    namespace: 'shop',
    name: 'web',
    uid: 'uid-web',
    annotations: {
      [LAST_APPLIED_ANNOTATION]: JSON.stringify({ spec: { ...aModel(), apName: 'x' } }),
      mine: 'y',
    },
  },
  spec: aModel(),
};

test("of an app, kubectl's copy is left out, and what it told is kept", () => {
  const cached = toCachedApp(app);
  expect(cached.metadata.annotations).toEqual({ mine: 'y' });
  expect(cached.fieldsIgnored?.message).toContain('spec.apName (did you mean appName?)');
});

test('a plan without reasons still is a plan, with everything that is rendered and reported', () => {
  const reasons = [{ service: 'front', ruledOut: [{ cluster: 'c', rule: 'Capacity', message: 'full' }] }];
  const decision = aDecision({ evidence: { ...aDecision().evidence, gap: 0.1, reasons } });
  const lean = toLeanPlan(aPlan('web', { decision, attempt: anAttempt() }));
  expect(lean.spec.decision).toMatchObject({
    id: decision.id,
    assignments: decision.assignments,
    evidence: { gap: 0.1, reasons: [] },
  });
  expect(AssignmentPlanSpec.safeParse(JSON.parse(JSON.stringify(lean.spec))).success).toBe(true);
});

test('the model of a revision comes back from the cache as it was', () => {
  const revision = toRevision(app);
  expect(modelOf(toRevisionState(revision))).toEqual(aModel());
  const foreign = { ...revision, metadata: { ...revision.metadata, ownerReferences: [] } };
  expect(modelOf(toRevisionState(foreign))).toBeUndefined();
});
