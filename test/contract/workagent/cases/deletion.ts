import { describe, expect } from 'vitest';
import type { ManifestWorkSpec } from '../../../../src/api/ocm/manifestwork.ts';
import { eventually, TENANT, throughout } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import { configMap, namespaceObject } from '../manifests.ts';
import { SLACK } from '../periods.ts';

const GARBAGE = 'ownership and garbage collection';
const ORDER = 'order and deletion';
const ORPHAN: Partial<ManifestWorkSpec> = { deleteOption: { propagationPolicy: 'Orphan' } };

export function deletionCases(setting: Setting): void {
  describe('deletion', () => {
    contract(setting, GARBAGE, 'a manifest that left the work is deleted, the others stay', async (bench) => {
      const [kept, removed] = [configMap(bench.name('cm')), configMap(bench.name('cm'))];
      const { metadata } = await bench.createWork([kept, removed]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.setManifests(metadata.name, [kept]);
      await bench.goneFromSpoke(removed);
      expect(await bench.existsOnSpoke(kept)).toBe(true);
      await eventually(async () => {
        const resources = (await bench.appliedWork(metadata.name)).status?.appliedResources ?? [];
        expect(resources.map(({ name }) => name)).toEqual([kept.metadata.name]);
      });
    });

    contract(
      setting,
      ORDER,
      'deleting a work deletes its objects and its AppliedManifestWork',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map]);
        await bench.workWith(metadata.name, 'Applied', 'True');
        await bench.deleteWork(metadata.name);
        await bench.workGone(metadata.name);
        expect(await bench.existsOnSpoke(map)).toBe(false);
        await expect(bench.appliedWork(metadata.name)).rejects.toMatchObject({ code: 'NotFound' });
      },
    );

    contract(setting, ORDER, 'a work goes only after its objects (foreground)', async (bench) => {
      const map = configMap(bench.name('cm'));
      const held = { ...map, metadata: { ...map.metadata, finalizers: ['contract.test/held'] } };
      const { metadata } = await bench.createWork([held]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.deleteWork(metadata.name);
      await eventually(async () => {
        expect((await bench.onSpoke(map)).metadata.deletionTimestamp).toBeDefined();
      });
      await throughout(async () => {
        expect((await bench.work(metadata.name)).metadata.deletionTimestamp).toBeDefined();
        expect((await bench.appliedWork(metadata.name)).metadata.deletionTimestamp).toBeDefined();
      }, 1_000);
      await bench.patchOnSpoke(map, { metadata: { finalizers: null } });
      await bench.workGone(metadata.name, 2 * SLACK);
    });

    contract(setting, GARBAGE, 'resources of other works are left alone', async (bench) => {
      const [mine, theirs] = [configMap(bench.name('cm')), configMap(bench.name('cm'))];
      const { metadata } = await bench.createWork([mine]);
      const other = await bench.createWork([theirs]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.workWith(other.metadata.name, 'Applied', 'True');
      const before = await bench.onSpoke(theirs);
      await bench.deleteWork(metadata.name);
      await bench.workGone(metadata.name);
      expect((await bench.onSpoke(theirs)).metadata).toEqual(before.metadata);
    });

    contract(setting, GARBAGE, 'an object that somebody made anew is not deleted', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.deleteOnSpoke(map);
      await bench.createOnSpoke({ ...map, data: { k: 'theirs' } });
      await bench.deleteWork(metadata.name);
      await bench.workGone(metadata.name);
      expect((await bench.onSpoke(map))['data']).toEqual({ k: 'theirs' });
    });

    contract(setting, ORDER, 'Orphan: objects never carry the owner, and stay', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map], ORPHAN);
      await bench.workWith(metadata.name, 'Applied', 'True');
      const { uid, ownerReferences = [] } = (await bench.onSpoke(map)).metadata;
      expect(ownerReferences).toEqual([]);
      await bench.deleteWork(metadata.name);
      await bench.workGone(metadata.name);
      expect((await bench.onSpoke(map)).metadata.uid).toBe(uid);
    });

    contract(setting, ORDER, 'Orphan set later takes the owner away', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.patchWork(metadata.name, { spec: ORPHAN });
      await eventually(async () => {
        expect((await bench.onSpoke(map)).metadata.ownerReferences ?? []).toEqual([]);
      });
      await bench.deleteWork(metadata.name);
      await bench.workGone(metadata.name);
      expect(await bench.existsOnSpoke(map)).toBe(true);
    });

    contract(setting, ORDER, 'SelectivelyOrphan: the named object stays, the other goes', async (bench) => {
      const [stays, goes] = [configMap(bench.name('cm')), configMap(bench.name('cm'))];
      const rule = { group: '', resource: 'configmaps', namespace: TENANT, name: stays.metadata.name };
      const { metadata } = await bench.createWork([stays, goes], {
        deleteOption: {
          propagationPolicy: 'SelectivelyOrphan',
          selectivelyOrphans: { orphaningRules: [rule] },
        },
      });
      await bench.workWith(metadata.name, 'Applied', 'True');
      expect((await bench.onSpoke(stays)).metadata.ownerReferences ?? []).toEqual([]);
      expect((await bench.onSpoke(goes)).metadata.ownerReferences).toHaveLength(1);
      await bench.deleteWork(metadata.name);
      await bench.workGone(metadata.name);
      expect(await bench.existsOnSpoke(stays)).toBe(true);
      expect(await bench.existsOnSpoke(goes)).toBe(false);
    });

    contract(setting, GARBAGE, 'an orphaned manifest that left the work stays', async (bench) => {
      const [stays, other] = [configMap(bench.name('cm')), configMap(bench.name('cm'))];
      const { metadata } = await bench.createWork([stays, other], ORPHAN);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.setManifests(metadata.name, [other]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await eventually(async () => {
        const resources = (await bench.appliedWork(metadata.name)).status?.appliedResources ?? [];
        expect(resources.map(({ name }) => name)).toEqual([other.metadata.name]);
      });
      expect(await bench.existsOnSpoke(stays)).toBe(true);
    });

    contract(setting, ORDER, "a Namespace manifest takes the other works' objects with it", async (bench) => {
      const namespace = bench.name('space');
      const map = configMap(bench.name('cm'), { k: 'v' }, namespace);
      const base = await bench.createWork([namespaceObject(namespace)]);
      await bench.workWith(base.metadata.name, 'Applied', 'True');
      const inside = await bench.createWork([map]);
      await bench.workWith(inside.metadata.name, 'Applied', 'True');
      await bench.deleteWork(base.metadata.name);
      await bench.workGone(base.metadata.name, 3 * SLACK);
      expect(await bench.existsOnSpoke(map)).toBe(false);
    });

    contract(setting, ORDER, 'an orphaned Namespace and what is in it stay', async (bench) => {
      const namespace = bench.name('space');
      const map = configMap(bench.name('cm'), { k: 'v' }, namespace);
      const base = await bench.createWork([namespaceObject(namespace)], ORPHAN);
      await bench.workWith(base.metadata.name, 'Applied', 'True');
      const inside = await bench.createWork([map]);
      await bench.workWith(inside.metadata.name, 'Applied', 'True');
      await bench.deleteWork(base.metadata.name);
      await bench.workGone(base.metadata.name);
      expect((await bench.onSpoke(namespaceObject(namespace))).metadata.deletionTimestamp).toBeUndefined();
      expect(await bench.existsOnSpoke(map)).toBe(true);
    });
  });
}
