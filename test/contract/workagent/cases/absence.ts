import { describe, expect } from 'vitest';
import { type Bench, eventually, throughout } from '../bench.ts';
import { assumption, contract, type Setting } from '../case.ts';
import { configMap, deployment } from '../manifests.ts';
import { SLACK } from '../periods.ts';

const FAILURES = 'failures';

/** What happens while the agent is away, and when it is back. */
export function absenceCases(setting: Setting): void {
  describe('absence of the agent', () => {
    contract(setting, 'order and deletion', 'a deleted work waits for the agent', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map]);
      await bench.workWith(metadata.name, 'Applied', 'True');
      await without(bench, async () => {
        await bench.deleteWork(metadata.name);
        expect((await bench.work(metadata.name)).metadata.deletionTimestamp).toBeDefined();
        expect(await bench.existsOnSpoke(map)).toBe(true);
      });
      await bench.workGone(metadata.name, 3 * SLACK);
      expect(await bench.existsOnSpoke(map)).toBe(false);
    });

    contract(
      setting,
      'order and deletion',
      'a work that no agent has seen vanishes at once',
      async (bench) => {
        await without(bench, async () => {
          const { metadata } = await bench.createWork([configMap(bench.name('cm'))]);
          await bench.deleteWork(metadata.name);
          await expect(bench.work(metadata.name)).rejects.toMatchObject({ code: 'NotFound' });
        });
      },
    );

    assumption(setting, 'a restart over an unchanged world writes nothing', async (bench) => {
      const [map, dep] = [configMap(bench.name('cm')), deployment(bench.name('dep'), 1)];
      const { metadata } = await bench.createWork([map, dep]);
      await bench.workWith(metadata.name, 'Available', 'True');
      const versions = async () => {
        const read = [bench.work(metadata.name), bench.appliedWork(metadata.name), bench.onSpoke(map)];
        const [deployed, ...others] = await Promise.all([bench.onSpoke(dep), ...read]);
        // The Deployment's own controller goes on writing its status: only what others wrote counts.
        const agents = deployed?.metadata.managedFields?.filter(
          (entry) => (entry as { manager?: string }).manager !== 'kube-controller-manager',
        );
        return [agents, ...others.map((object) => object.metadata.resourceVersion)];
      };
      const before = await versions();
      await without(bench, async () => {});
      // Works are taken in order of their names: once this one is applied, the other has been looked at.
      const last = await bench.createWork([configMap(bench.name('cm'))], {}, { name: bench.name('zz') });
      await bench.workWith(last.metadata.name, 'Applied', 'True', 3 * SLACK);
      expect(await versions()).toEqual(before);
    });

    contract(
      setting,
      FAILURES,
      'objects of a work that vanished are evicted after the grace period',
      async (bench) => {
        const { map, name } = await vanished(bench);
        await eventually(async () => {
          expect((await bench.appliedWork(name)).status?.evictionStartTime).toBeDefined();
        }, 3 * SLACK);
        expect(await bench.existsOnSpoke(map)).toBe(true);
        await bench.goneFromSpoke(map, bench.agent.periods.evictionGrace + 2 * SLACK);
        await eventually(async () => {
          await expect(bench.appliedWork(name)).rejects.toMatchObject({ code: 'NotFound' });
        });
      },
    );

    contract(setting, FAILURES, 'a work made anew in the grace period finds its objects', async (bench) => {
      const { map, name, uid } = await vanished(bench);
      await eventually(async () => {
        expect((await bench.appliedWork(name)).status?.evictionStartTime).toBeDefined();
      }, 3 * SLACK);
      await bench.createWork([map], {}, { name });
      await bench.workWith(name, 'Applied', 'True');
      await eventually(async () => {
        expect((await bench.appliedWork(name)).status?.evictionStartTime).toBeUndefined();
      });
      // Longer than the grace period: the clock must really have been stopped.
      await throughout(async () => {
        expect((await bench.onSpoke(map)).metadata.uid).toBe(uid);
      }, bench.agent.periods.evictionGrace + 1_500);
    });
  });
}

async function without(bench: Bench, body: () => Promise<void>): Promise<void> {
  await bench.agent.stop();
  try {
    await body();
  } finally {
    await bench.agent.start();
  }
}

/** A work that lost its finalizer and was deleted while nobody watched. */
async function vanished(bench: Bench) {
  const map = configMap(bench.name('cm'));
  const { metadata } = await bench.createWork([map]);
  await bench.workWith(metadata.name, 'Applied', 'True');
  const { uid } = (await bench.onSpoke(map)).metadata;
  await without(bench, async () => {
    await bench.patchWork(metadata.name, { metadata: { finalizers: null } });
    await bench.deleteWork(metadata.name);
  });
  return { map, name: metadata.name, uid };
}
