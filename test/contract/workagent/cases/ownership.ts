import { describe, expect } from 'vitest';
import { AGENT_ID } from '../agentprocess.ts';
import { eventually } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import { configMap } from '../manifests.ts';

const FINALIZER = 'cluster.open-cluster-management.io/manifest-work-cleanup';
const TOPIC = 'ownership and garbage collection';

export function ownershipCases(setting: Setting): void {
  describe('ownership', () => {
    contract(setting, TOPIC, 'the agent puts its finalizer on a work', async (bench) => {
      const { metadata } = await bench.createWork([configMap(bench.name('cm'))]);
      const work = await bench.workWith(metadata.name, 'Applied', 'True');
      expect(work.metadata.finalizers).toContain(FINALIZER);
    });

    contract(setting, TOPIC, 'an AppliedManifestWork is named hub hash, dash, work name', async (bench) => {
      const { metadata } = await bench.createWork([configMap(bench.name('cm'))]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      const applied = await bench.appliedWork(metadata.name);
      expect(applied.spec).toEqual({
        hubHash: bench.hubHash,
        agentID: AGENT_ID,
        manifestWorkName: metadata.name,
      });
    });

    contract(setting, TOPIC, "the work's labels are copied onto the AppliedManifestWork", async (bench) => {
      const work = await bench.createWork([configMap(bench.name('cm'))], {}, { labels: { tier: 'gold' } });
      await bench.workWith(work.metadata.name, 'Applied', 'True');
      await eventually(async () => {
        expect((await bench.appliedWork(work.metadata.name)).metadata.labels).toEqual({ tier: 'gold' });
      });
    });

    contract(setting, TOPIC, 'the AppliedManifestWork lists what was applied, with UIDs', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      const { uid } = (await bench.onSpoke(map)).metadata;
      await eventually(async () => {
        const [entry, ...others] = (await bench.appliedWork(metadata.name)).status?.appliedResources ?? [];
        expect(others).toEqual([]);
        expect(entry).toMatchObject({
          version: 'v1',
          resource: 'configmaps',
          namespace: map.metadata.namespace,
          name: map.metadata.name,
          uid,
        });
      });
    });

    contract(setting, TOPIC, 'an applied object is owned by the AppliedManifestWork', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      const applied = await bench.appliedWork(metadata.name);
      expect((await bench.onSpoke(map)).metadata.ownerReferences).toEqual([
        expect.objectContaining({
          apiVersion: 'work.open-cluster-management.io/v1',
          kind: 'AppliedManifestWork',
          name: applied.metadata.name,
          uid: applied.metadata.uid,
        }),
      ]);
    });

    contract(setting, TOPIC, 'an object of two works goes with the last of them', async (bench) => {
      const map = configMap(bench.name('cm'));
      const first = await bench.createWork([map]);
      const second = await bench.createWork([map]);
      await bench.workWith(first.metadata.name, 'Applied', 'True');
      await bench.workWith(second.metadata.name, 'Applied', 'True');
      const { uid } = (await bench.onSpoke(map)).metadata;
      await bench.deleteWork(first.metadata.name);
      await bench.workGone(first.metadata.name);
      const kept = await bench.onSpoke(map);
      expect(kept.metadata.uid).toBe(uid);
      expect(kept.metadata.ownerReferences?.map(({ name }) => name)).toEqual([
        `${bench.hubHash}-${second.metadata.name}`,
      ]);
      await bench.deleteWork(second.metadata.name);
      await bench.goneFromSpoke(map);
    });

    contract(setting, 'failures', 'a finalizer that somebody strips comes back', async (bench) => {
      const { metadata } = await bench.createWork([configMap(bench.name('cm'))]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await bench.patchWork(metadata.name, { metadata: { finalizers: null } });
      await eventually(async () => {
        expect((await bench.work(metadata.name)).metadata.finalizers).toContain(FINALIZER);
      });
    });
  });
}
