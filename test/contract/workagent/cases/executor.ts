import { describe, expect } from 'vitest';
import type { ManifestWorkSpec } from '../../../../src/api/ocm/manifestwork.ts';
import { type AnyObject, type Bench, TENANT } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import { conditionOf, configMap } from '../manifests.ts';
import { OCM_PERIODS, SLACK } from '../periods.ts';

const TOPIC = 'executor';
const RBAC = 'rbac.authorization.k8s.io';
const ALL_VERBS = ['get', 'create', 'update', 'patch', 'delete'];

interface Rule {
  apiGroups: string[];
  resources: string[];
  verbs: string[];
}

export function executorCases(setting: Setting): void {
  describe('executor', () => {
    contract(setting, TOPIC, 'without rights it is refused in these words', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map], { executor: executor(bench.name('deployer')) });
      const message = await refusalOf(bench, metadata.name);
      expect(message).toMatch(
        new RegExp(
          `^Failed to apply manifest: not allowed to apply the resource {1,2}configmaps, ${TENANT} ${map.metadata.name}, will try again in \\S+$`,
        ),
      );
      expect(await bench.existsOnSpoke(map)).toBe(false);
    });

    contract(setting, TOPIC, `each of ${ALL_VERBS.join(', ')} is needed`, async (bench) => {
      for (const missing of ALL_VERBS) {
        const account = bench.name('deployer');
        const verbs = ALL_VERBS.filter((verb) => verb !== missing);
        await grant(bench, account, [{ apiGroups: [''], resources: ['configmaps'], verbs }]);
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map], { executor: executor(account) });
        expect(await refusalOf(bench, metadata.name), `without ${missing}`).toContain('not allowed to apply');
        expect(await bench.existsOnSpoke(map)).toBe(false);
      }
    });

    contract(setting, TOPIC, 'what it may write is applied, what it may not is refused', async (bench) => {
      const account = bench.name('deployer');
      await grant(bench, account, [{ apiGroups: [''], resources: ['configmaps'], verbs: ALL_VERBS }]);
      const secret: AnyObject = {
        apiVersion: 'v1',
        kind: 'Secret',
        metadata: { name: bench.name('secret'), namespace: TENANT },
      };
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([secret, map], { executor: executor(account) });
      expect(await refusalOf(bench, metadata.name)).toContain('secrets');
      await bench.manifestWith(metadata.name, 1, (status) => {
        expect(conditionOf(status, 'Applied')?.status).toBe('True');
      });
      expect(await bench.existsOnSpoke(map)).toBe(true);
    });

    contract(
      setting,
      TOPIC,
      'a right that comes later counts at the next try',
      async (bench) => {
        const account = bench.name('deployer');
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map], { executor: executor(account) });
        await refusalOf(bench, metadata.name);
        await grant(bench, account, [{ apiGroups: [''], resources: ['configmaps'], verbs: ALL_VERBS }]);
        await bench.workWith(metadata.name, 'Applied', 'True', bench.agent.periods.executorRetry + SLACK);
      },
      OCM_PERIODS.executorRetry * 2,
    );

    contract(setting, TOPIC, 'a Role that grants more than it holds is an escalation', async (bench) => {
      const account = bench.name('deployer');
      await grant(bench, account, [{ apiGroups: [RBAC], resources: ['roles'], verbs: ALL_VERBS }]);
      const role = roleObject(bench.name('role'), [
        { apiGroups: [''], resources: ['secrets'], verbs: ['get'] },
      ]);
      const { metadata } = await bench.createWork([role], { executor: executor(account) });
      expect(await refusalOf(bench, metadata.name)).toMatch(
        new RegExp(
          `roles, ${TENANT} ${role.metadata.name}, error: permission escalation, will try again in \\S+$`,
        ),
      );
      expect(await bench.existsOnSpoke(role)).toBe(false);
    });

    contract(setting, TOPIC, 'a Role within what it holds is applied', async (bench) => {
      const account = bench.name('deployer');
      const held = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
      await grant(bench, account, [held, { apiGroups: [RBAC], resources: ['roles'], verbs: ALL_VERBS }]);
      const role = roleObject(bench.name('role'), [held]);
      const { metadata } = await bench.createWork([role], { executor: executor(account) });
      await bench.workWith(metadata.name, 'Applied', 'True');
    });

    contract(
      setting,
      TOPIC,
      'a Role made wider later is an escalation and stays as it was',
      async (bench) => {
        const account = bench.name('deployer');
        const held = { apiGroups: [''], resources: ['secrets'], verbs: ['get'] };
        await grant(bench, account, [held, { apiGroups: [RBAC], resources: ['roles'], verbs: ALL_VERBS }]);
        const role = roleObject(bench.name('role'), [held]);
        const { metadata } = await bench.createWork([role], { executor: executor(account) });
        await bench.workWith(metadata.name, 'Applied', 'True');
        await bench.setManifests(metadata.name, [{ ...role, rules: [{ ...held, verbs: ['get', 'list'] }] }]);
        expect(await refusalOf(bench, metadata.name)).toContain('permission escalation');
        expect((await bench.onSpoke(role))['rules']).toEqual([held]);
      },
    );
  });
}

function executor(name: string): NonNullable<ManifestWorkSpec['executor']> {
  return { subject: { type: 'ServiceAccount', serviceAccount: { namespace: TENANT, name } } };
}

async function refusalOf(bench: Bench, work: string): Promise<string> {
  const { status } = await bench.workWith(work, 'Applied', 'False');
  const condition = conditionOf(status?.resourceStatus?.manifests?.[0] ?? {}, 'Applied');
  expect(condition).toMatchObject({ status: 'False', reason: 'AppliedManifestFailed' });
  return condition?.message ?? '';
}

function roleObject(name: string, rules: readonly Rule[]): AnyObject {
  return { apiVersion: `${RBAC}/v1`, kind: 'Role', metadata: { name, namespace: TENANT }, rules };
}

async function grant(bench: Bench, account: string, rules: readonly Rule[]): Promise<void> {
  await bench.createOnSpoke(roleObject(account, rules));
  await bench.createOnSpoke({
    apiVersion: `${RBAC}/v1`,
    kind: 'RoleBinding',
    metadata: { name: account, namespace: TENANT },
    roleRef: { apiGroup: RBAC, kind: 'Role', name: account },
    subjects: [{ kind: 'ServiceAccount', namespace: TENANT, name: account }],
  });
}
