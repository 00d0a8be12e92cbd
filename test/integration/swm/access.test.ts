import { describe, expect, test } from 'vitest';
import {
  type AssignmentPlan,
  AssignmentPlanResource,
  planName,
} from '../../../src/api/codeco/v1alpha1/assignmentplan.ts';
import { CodecoAppResource } from '../../../src/api/codeco/v1alpha1/codecoapp.ts';
import { API_VERSION } from '../../../src/api/codeco/v1alpha1/group.ts';
import { createClient } from '../../../src/kube/client.ts';
import { loadEndpoint } from '../../../src/kube/config.ts';
import { Transport } from '../../../src/kube/transport.ts';
import { SwmHub } from '../../support/swmhub.ts';

/** What SWM may not do to a plan, and what it may not overwrite. */

const hub = SwmHub.forFile();

describe('under its own ServiceAccount, SWM', () => {
  test('cannot write the status of a plan, which is ACM’s', async () => {
    await hub.startSwm();
    await hub.acceptedApp('web');
    await hub.untilPlan('web', ({ spec }) => expect(spec.decision).toBeDefined());
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig: hub.kubeconfig }) });
    const client = createClient(transport);
    const plan = await hub.plan('web');
    const forged = { ...plan, status: { observedDecision: 'forged' } };
    await expect(client.updateStatus(AssignmentPlanResource, forged)).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(
      client.applyStatus(
        AssignmentPlanResource,
        { ...forged, metadata: { namespace: hub.namespace, name: planName('web') } },
        { fieldManager: 'x' },
      ),
    ).rejects.toMatchObject({ code: 'Forbidden' });
    // By the main resource the server drops what is written to status.
    expect((await client.update(AssignmentPlanResource, forged)).status).toBeUndefined();
    await expect(
      client.delete(AssignmentPlanResource, { namespace: hub.namespace, name: planName('web') }),
    ).rejects.toMatchObject({
      code: 'Forbidden',
    });
    await expect(
      client.get(CodecoAppResource, { namespace: hub.namespace, name: 'web' }),
    ).resolves.toBeDefined();
    await expect(
      client.mergePatch(
        CodecoAppResource,
        { namespace: hub.namespace, name: 'web' },
        { spec: { suspend: true } },
      ),
    ).rejects.toMatchObject({ code: 'Forbidden' });
    transport.close();
  });

  test('is refused with a decision that was made on an older state of the plan', async () => {
    await hub.startSwm();
    await hub.acceptedApp('web');
    await hub.untilPlan('web', ({ spec }) => expect(spec.decision).toBeDefined());
    const transport = new Transport({ endpoint: loadEndpoint({ kubeconfig: hub.kubeconfig }) });
    const client = createClient(transport);
    const old = await hub.plan('web');
    await hub.admin.applyStatus(
      AssignmentPlanResource,
      {
        apiVersion: API_VERSION,
        kind: 'AssignmentPlan',
        metadata: { namespace: hub.namespace, name: planName('web') },
        status: { phase: 'Running' },
      } as AssignmentPlan,
      { fieldManager: 'test' },
    );
    await expect(client.update(AssignmentPlanResource, { ...old, spec: {} })).rejects.toMatchObject({
      code: 'Conflict',
    });
    await expect(
      client.create(AssignmentPlanResource, {
        ...old,
        metadata: { namespace: hub.namespace, name: planName('web') },
      }),
    ).rejects.toMatchObject({ code: 'AlreadyExists' });
    transport.close();
  });
});
