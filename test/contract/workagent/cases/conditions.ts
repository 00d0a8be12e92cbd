import { describe, expect } from 'vitest';
import { contract, type Setting } from '../case.ts';
import { conditionOf, configMap, deployment, identifier, jsonPaths } from '../manifests.ts';
import { pollDeadline, SLACK } from '../periods.ts';

const TOPIC = 'conditions';

export function conditionCases(setting: Setting): void {
  describe('conditions', () => {
    contract(
      setting,
      TOPIC,
      'Applied and Available are True, of the work and of its manifest',
      async (bench) => {
        const { metadata } = await bench.createWork([configMap(bench.name('cm'))]);
        await bench.workWith(metadata.name, 'Applied', 'True');
        await bench.workWith(metadata.name, 'Available', 'True');
        await bench.manifestWith(metadata.name, 0, (status) => {
          expect(conditionOf(status, 'Applied')).toMatchObject({
            status: 'True',
            reason: 'AppliedManifestComplete',
          });
          expect(conditionOf(status, 'Available')).toMatchObject({
            status: 'True',
            reason: 'ResourceAvailable',
          });
        });
      },
    );

    contract(
      setting,
      TOPIC,
      'a work says of which generation it speaks; of a manifest only Applied does',
      async (bench) => {
        const { metadata } = await bench.createWork([configMap(bench.name('cm'))]);
        const work = await bench.workWith(metadata.name, 'Available', 'True');
        const generations = Object.fromEntries(
          (work.status?.resourceStatus?.manifests?.[0]?.conditions ?? []).map((condition) => [
            condition.type,
            condition.observedGeneration,
          ]),
        );
        expect(generations).toEqual({ Applied: 1, Available: undefined, StatusFeedbackSynced: undefined });
      },
    );

    contract(setting, TOPIC, 'observedGeneration follows a change of the spec', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.setManifests(metadata.name, [{ ...map, data: { k: 'new' } }]);
      const work = await bench.workWith(metadata.name, 'Applied', 'True');
      expect(work.metadata.generation).toBe(2);
      await bench.workWith(metadata.name, 'Available', 'True', pollDeadline(bench.agent.periods));
    });

    contract(
      setting,
      TOPIC,
      'Available says that a Deployment exists, not that it is ready',
      async (bench) => {
        const { metadata } = await bench.createWork([deployment(bench.name('dep'), 2)]);
        await bench.workWith(metadata.name, 'Available', 'True');
      },
    );

    contract(setting, TOPIC, 'the resource meta names ordinal, kind, resource and object', async (bench) => {
      const map = configMap(bench.name('cm'));
      const dep = deployment(bench.name('dep'), 0);
      const { metadata } = await bench.createWork([map, dep]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.manifestWith(metadata.name, 1, ({ resourceMeta }) => {
        expect(resourceMeta).toEqual({
          ordinal: 1,
          group: 'apps',
          version: 'v1',
          kind: 'Deployment',
          resource: 'deployments',
          namespace: dep.metadata.namespace,
          name: dep.metadata.name,
        });
      });
    });

    contract(
      setting,
      TOPIC,
      'one manifest that cannot be applied turns Applied of the work False',
      async (bench) => {
        const good = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([configMap('bad', {}, 'no-such-namespace'), good]);
        const work = await bench.workWith(metadata.name, 'Applied', 'False');
        const statuses = work.status?.resourceStatus?.manifests ?? [];
        expect(statuses.map((status) => conditionOf(status, 'Applied')?.status)).toEqual(['False', 'True']);
        expect(conditionOf(statuses[0] ?? {}, 'Applied')).toMatchObject({
          reason: 'AppliedManifestFailed',
          message: expect.stringContaining('no-such-namespace'),
        });
        expect(await bench.existsOnSpoke(good)).toBe(true);
      },
    );

    contract(
      setting,
      'feedback and conditions',
      'a deleted object turns Available False at the next poll',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const other = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map, other]);
        await bench.workWith(metadata.name, 'Available', 'True');
        await bench.deleteOnSpoke(map);
        const { periods } = bench.agent;
        const work = await bench.workWith(metadata.name, 'Available', 'False', pollDeadline(periods));
        const statuses = work.status?.resourceStatus?.manifests ?? [];
        expect(statuses.map((status) => conditionOf(status, 'Available')?.status)).toEqual(['False', 'True']);
        expect(conditionOf(work.status ?? {}, 'Applied')?.status).toBe('True');
      },
    );

    contract(
      setting,
      'feedback and conditions',
      'without an agent observedGeneration lags, and is right after its start',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map]);
        await bench.workWith(metadata.name, 'Applied', 'True');
        await bench.agent.stop();
        try {
          const { metadata: changed } = await bench.setManifests(metadata.name, [
            { ...map, data: { k: 'new' } },
          ]);
          expect(changed.generation).toBe(2);
          const applied = conditionOf((await bench.work(metadata.name)).status ?? {}, 'Applied');
          expect(applied).toMatchObject({ status: 'True', observedGeneration: 1 });
        } finally {
          await bench.agent.start();
        }
        await bench.workWith(metadata.name, 'Applied', 'True', 3 * SLACK);
        expect((await bench.onSpoke(map))['data']).toEqual({ k: 'new' });
      },
    );

    contract(setting, 'ReadOnly', 'what may not be read is Available Unknown', async (bench) => {
      const { metadata } = await bench.createWork(
        [{ apiVersion: 'v1', kind: 'Node', metadata: { name: 'any' } }],
        {
          manifestConfigs: [
            {
              resourceIdentifier: { group: '', resource: 'nodes', name: 'any' },
              updateStrategy: { type: 'ReadOnly' },
              feedbackRules: jsonPaths({ name: '.metadata.name' }),
            },
          ],
        },
      );
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.workWith(metadata.name, 'Available', 'Unknown');
      await bench.manifestWith(metadata.name, 0, (status) => {
        expect(conditionOf(status, 'Available')).toMatchObject({
          status: 'Unknown',
          reason: 'FetchingResourceFailed',
          message: expect.stringMatching(/Failed to fetch resource: .* is forbidden/),
        });
      });
    });

    contract(
      setting,
      'manifest configs',
      'a name pattern reaches every object that matches',
      async (bench) => {
        const [stem, other] = [bench.name('cm'), bench.name('other')];
        const { metadata } = await bench.createWork([configMap(`${stem}-a`), configMap(other)], {
          manifestConfigs: [
            {
              resourceIdentifier: identifier('', 'configmaps', `${stem}*`),
              feedbackRules: jsonPaths({ k: '.data.k' }),
            },
          ],
        });
        await bench.manifestWith(metadata.name, 0, ({ statusFeedback }) => {
          expect(statusFeedback?.values).toHaveLength(1);
        });
        await bench.manifestWith(metadata.name, 1, ({ statusFeedback }) => {
          expect(statusFeedback?.values ?? []).toHaveLength(0);
        });
      },
    );
  });
}
