import { describe, expect } from 'vitest';
import type { Bench } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import { conditionOf, configMap, customResource, customResourceDefinition } from '../manifests.ts';
import { SLACK } from '../periods.ts';

const TOPIC = 'permissions of the work agent';

export function permissionCases(setting: Setting): void {
  describe('permissions', () => {
    contract(
      setting,
      TOPIC,
      'a custom resource without an aggregated role is forbidden and Unknown',
      async (bench) => {
        const { gadget } = await foreignKind(bench);
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([gadget, map]);
        const work = await bench.workWith(metadata.name, 'Applied', 'False');
        const [refused, applied] = work.status?.resourceStatus?.manifests ?? [];
        expect(conditionOf(refused ?? {}, 'Applied')).toMatchObject({
          status: 'False',
          reason: 'AppliedManifestFailed',
          message: expect.stringMatching(
            /Failed to apply manifest: .* is forbidden: User .* cannot get resource/,
          ),
        });
        expect(conditionOf(refused ?? {}, 'Available')).toMatchObject({
          status: 'Unknown',
          reason: 'FetchingResourceFailed',
        });
        expect(conditionOf(applied ?? {}, 'Applied')?.status).toBe('True');
        expect(await bench.existsOnSpoke(map)).toBe(true);
        await bench.workWith(metadata.name, 'Available', 'Unknown');
      },
    );

    contract(setting, TOPIC, 'it is applied once a ClusterRole is aggregated to the agent', async (bench) => {
      const { gadget, group } = await foreignKind(bench);
      const { metadata } = await bench.createWork([gadget]);
      await bench.workWith(metadata.name, 'Applied', 'False');
      await bench.grantToAgent(group, 'gadgets');
      await bench.workWith(metadata.name, 'Applied', 'True', 2 * SLACK);
    });
  });
}

async function foreignKind(bench: Bench) {
  const group = `${bench.name('foreign')}.contract.test`;
  await bench.createKind(customResourceDefinition(group, 'Gadget'));
  return { group, gadget: customResource(group, 'Gadget', bench.name('gadget')) };
}
