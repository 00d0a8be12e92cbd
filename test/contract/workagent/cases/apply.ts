import { beforeAll, describe, expect } from 'vitest';
import { type AnyObject, type Bench, eventually } from '../bench.ts';
import { assumption, contract, type Setting } from '../case.ts';
import {
  conditionOf,
  configMap,
  customResource,
  customResourceDefinition,
  jsonPaths,
  namespaceObject,
  strategyFor,
  valuesOf,
} from '../manifests.ts';
import { OCM_PERIODS, SLACK } from '../periods.ts';

const STRATEGIES = 'update strategies';
const DRIFT = 'apply strategies and drift';

interface Managed {
  manager?: string;
  operation?: string;
  fieldsV1?: { 'f:metadata'?: object; 'f:data'?: object };
}

export function applyCases(setting: Setting): void {
  describe('apply', () => {
    contract(setting, STRATEGIES, 'Update follows a change of the work', async (bench) => {
      const map = configMap(bench.name('cm'), { k: 'v', old: 'x' });
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.setManifests(metadata.name, [{ ...map, data: { k: 'new' } }]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      expect((await bench.onSpoke(map))['data']).toEqual({ k: 'new' });
    });

    contract(setting, STRATEGIES, 'CreateOnly creates, and never touches the object again', async (bench) => {
      const map = configMap(bench.name('cm'));
      const manifestConfigs = [strategyFor(map.metadata.name, { type: 'CreateOnly' })];
      const { metadata } = await bench.createWork([map], { manifestConfigs });
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.setManifests(metadata.name, [{ ...map, data: { k: 'new' } }]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      expect((await bench.onSpoke(map))['data']).toEqual({ k: 'v' });
    });

    contract(
      setting,
      STRATEGIES,
      'ServerSideApply takes away a field that left the manifest',
      async (bench) => {
        const map = configMap(bench.name('cm'), { k: 'v', old: 'x' });
        const manifestConfigs = [strategyFor(map.metadata.name, { type: 'ServerSideApply' })];
        const { metadata } = await bench.createWork([map], { manifestConfigs });
        await bench.workWith(metadata.name, 'Applied', 'True');
        await bench.patchWork(metadata.name, {
          spec: { workload: { manifests: [{ ...map, data: { k: 'new' } }] } },
        });
        await bench.workWith(metadata.name, 'Applied', 'True');
        expect((await bench.onSpoke(map))['data']).toEqual({ k: 'new' });
      },
    );

    contract(
      setting,
      DRIFT,
      "ServerSideApply: the fields are the named manager's, the owner is work-agent's",
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const serverSideApply = { fieldManager: 'work-agent-contract' };
        const manifestConfigs = [
          strategyFor(map.metadata.name, { type: 'ServerSideApply', serverSideApply }),
        ];
        const { metadata } = await bench.createWork([map], { manifestConfigs });
        await bench.workWith(metadata.name, 'Applied', 'True');
        const managed = ((await bench.onSpoke(map)).metadata.managedFields ?? []) as Managed[];
        expect(managed.map(({ manager, operation }) => `${manager} ${operation}`).sort()).toEqual([
          'work-agent Update',
          'work-agent-contract Apply',
        ]);
        const owner = managed.find(({ operation }) => operation === 'Update');
        expect(Object.keys(owner?.fieldsV1 ?? {})).toEqual(['f:metadata']);
        expect(Object.keys(owner?.fieldsV1?.['f:metadata'] ?? {})).toEqual(['f:ownerReferences']);
      },
    );

    contract(
      setting,
      STRATEGIES,
      'ReadOnly applies and owns nothing, and delivers feedback',
      async (bench) => {
        const map = configMap(bench.name('cm'), { k: 'theirs' });
        await bench.createOnSpoke(map);
        const config = strategyFor(map.metadata.name, { type: 'ReadOnly' });
        const { metadata } = await bench.createWork([{ ...map, data: { k: 'ours' } }], {
          manifestConfigs: [{ ...config, feedbackRules: jsonPaths({ k: '.data.k' }) }],
        });
        await bench.workWith(metadata.name, 'Available', 'True');
        await bench.manifestWith(metadata.name, 0, (status) =>
          expect(valuesOf(status)).toEqual({ k: 'theirs' }),
        );
        const live = await bench.onSpoke(map);
        expect(live['data']).toEqual({ k: 'theirs' });
        expect(live.metadata.ownerReferences ?? []).toEqual([]);
        await bench.deleteWork(metadata.name);
        await bench.workGone(metadata.name);
        expect(await bench.existsOnSpoke(map)).toBe(true);
      },
    );

    contract(setting, 'manifest configs', 'of several configs the first strategy wins', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map], {
        manifestConfigs: [
          { ...strategyFor('*', { type: 'CreateOnly' }) },
          strategyFor(map.metadata.name, { type: 'Update' }),
        ],
      });
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.setManifests(metadata.name, [{ ...map, data: { k: 'new' } }]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      expect((await bench.onSpoke(map))['data']).toEqual({ k: 'v' });
    });

    contract(
      setting,
      'order inside a work',
      'custom resource, CRD and Namespace in the wrong order converge',
      async (bench) => {
        const group = `${bench.name('order')}.contract.test`;
        const namespace = bench.name('ordered');
        const gadget = customResource(group, 'Gadget', 'g', {}, namespace);
        const crd = customResourceDefinition(group, 'Gadget');
        await bench.grantToAgent(group, 'gadgets');
        const { metadata } = await bench.createWork([gadget, crd, namespaceObject(namespace)]);
        await bench.workWith(metadata.name, 'Applied', 'True', 2 * SLACK);
        await bench.workWith(metadata.name, 'Available', 'True', 2 * SLACK);
      },
    );

    contract(setting, 'order inside a work', 'a kind that nobody serves is named', async (bench) => {
      const unknown = customResource('nowhere.contract.test', 'Gizmo', 'g');
      const { metadata } = await bench.createWork([unknown]);
      const work = await bench.workWith(metadata.name, 'Applied', 'False');
      expect(conditionOf(work.status?.resourceStatus?.manifests?.[0] ?? {}, 'Applied')?.message).toContain(
        'the server doesn\'t have a resource type "Gizmo"',
      );
    });

    contract(setting, 'size', 'without the admission webhook a work of 600 kB is applied', async (bench) => {
      const maps = [1, 2].map(() => configMap(bench.name('big'), { k: 'x'.repeat(300_000) }));
      const { metadata } = await bench.createWork(maps);
      await bench.workWith(metadata.name, 'Applied', 'True');
    });

    contract(
      setting,
      'size',
      'without the admission webhook the last of two duplicates wins',
      async (bench) => {
        const map = configMap(bench.name('cm'), { k: 'first' });
        const { metadata } = await bench.createWork([map, { ...map, data: { k: 'last' } }]);
        await bench.workWith(metadata.name, 'Applied', 'True');
        expect((await bench.onSpoke(map))['data']).toEqual({ k: 'last' });
      },
    );

    contract(setting, DRIFT, 'a changed label of the work applies it again at once', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      // Several times: a re-apply that happens to be due must not be taken for it.
      for (const turn of ['1', '2', '3', '4']) {
        await bench.patchOnSpoke(map, { data: { k: `by hand ${turn}` } });
        await bench.patchWork(metadata.name, { metadata: { labels: { turn } } });
        await eventually(async () => expect((await bench.onSpoke(map))['data']).toEqual({ k: 'v' }), 1_500);
      }
    });

    assumption(setting, 'a label of an object that the manifest does not name is kept', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.patchOnSpoke(map, { metadata: { labels: { theirs: 'yes' } } });
      await bench.setManifests(metadata.name, [{ ...map, data: { k: 'new' } }]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      const live = await bench.onSpoke(map);
      expect(live['data']).toEqual({ k: 'new' });
      expect(live.metadata.labels).toEqual({ theirs: 'yes' });
    });

    driftCases(setting);
  });
}

/** One work with every strategy, changed by hand, and looked at after its next application. */
function driftCases(setting: Setting): void {
  describe('after the next re-apply', () => {
    interface Drifted {
      maps: Record<'update' | 'createOnly' | 'serverSide' | 'forced' | 'deleted', AnyObject>;
      work: string;
      missing: boolean;
    }
    let drifted: Drifted;

    beforeAll(async () => {
      drifted = await drift(setting.bench);
    }, OCM_PERIODS.reapply * 2);

    const dataOf = async (name: keyof Drifted['maps']) =>
      (await setting.bench.onSpoke(drifted.maps[name]))['data'];

    contract(setting, DRIFT, 'Update has restored the value and removed the foreign key', async () => {
      expect(await dataOf('update')).toEqual({ k: 'v' });
    });

    contract(setting, DRIFT, 'CreateOnly has left the change alone', async () => {
      expect(await dataOf('createOnly')).toEqual({ k: 'by hand', foreign: 'x' });
    });

    contract(
      setting,
      DRIFT,
      'ServerSideApply has left the change alone and names field and manager',
      async (bench) => {
        expect(await dataOf('serverSide')).toEqual({ k: 'by hand', foreign: 'x' });
        const work = await bench.workWith(drifted.work, 'Applied', 'False');
        const { message } = conditionOf(work.status?.resourceStatus?.manifests?.[2] ?? {}, 'Applied') ?? {};
        expect(message).toContain('Apply failed with 1 conflict: conflict with "kubectl-patch" using v1');
        expect(message).toContain('.data.k');
      },
    );

    contract(
      setting,
      DRIFT,
      'ServerSideApply with force has restored the value and kept the foreign key',
      async () => {
        expect(await dataOf('forced')).toEqual({ k: 'v', foreign: 'x' });
      },
    );

    contract(setting, DRIFT, 'a deleted object was reported missing, and is there again', async () => {
      expect(drifted.missing).toBe(true);
      expect(await dataOf('deleted')).toEqual({ k: 'v' });
    });

    async function drift(bench: Bench): Promise<Drifted> {
      const maps = {
        update: configMap(bench.name('drift')),
        createOnly: configMap(bench.name('drift')),
        serverSide: configMap(bench.name('drift')),
        forced: configMap(bench.name('drift')),
        // The last one in the work: once it is back, the others have had their turn.
        deleted: configMap(bench.name('drift')),
      };
      const name = `kept-${bench.name('drift')}`;
      await bench.createWork(
        Object.values(maps),
        {
          manifestConfigs: [
            strategyFor(maps.createOnly.metadata.name, { type: 'CreateOnly' }),
            strategyFor(maps.serverSide.metadata.name, { type: 'ServerSideApply' }),
            strategyFor(maps.forced.metadata.name, {
              type: 'ServerSideApply',
              serverSideApply: { force: true },
            }),
          ],
        },
        { name },
      );
      await bench.workWith(name, 'Available', 'True');
      const byHand = { data: { k: 'by hand', foreign: 'x' } };
      for (const each of ['update', 'createOnly', 'serverSide', 'forced'] as const) {
        await bench.patchOnSpoke(maps[each], byHand);
      }
      await bench.deleteOnSpoke(maps.deleted);
      let missing = false;
      const wait = eventually(
        async () => {
          const status = (await bench.work(name)).status?.resourceStatus?.manifests?.[4];
          missing ||= conditionOf(status ?? {}, 'Available')?.status === 'False';
          await bench.onSpoke(maps.deleted);
        },
        1.3 * bench.agent.periods.reapply + SLACK,
      );
      // When it does not come back, its own case says so.
      await wait.catch(() => undefined);
      return { maps, work: name, missing };
    }
  });
}
