import { describe, expect } from 'vitest';
import { contract, type Setting } from '../case.ts';
import { conditionOf, configMap, jsonPaths, strategyFor, valuesOf } from '../manifests.ts';
import { pollDeadline, SLACK } from '../periods.ts';

const FAILURES = 'failures';

export function outageCases(setting: Setting): void {
  describe('outages', () => {
    contract(
      setting,
      FAILURES,
      'a dead managed cluster turns Available Unknown, until it is back',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map]);
        await bench.workWith(metadata.name, 'Available', 'True');
        const wait = pollDeadline(bench.agent.periods) + SLACK;
        await bench.withDead('spoke', async () => {
          const work = await bench.workWith(metadata.name, 'Available', 'Unknown', wait);
          expect(conditionOf(work.status?.resourceStatus?.manifests?.[0] ?? {}, 'Available')).toMatchObject({
            status: 'Unknown',
            reason: 'FetchingResourceFailed',
          });
        });
        await bench.workWith(metadata.name, 'Available', 'True', wait);
      },
    );

    contract(
      setting,
      FAILURES,
      'a dead hub leaves what runs alone, and hears afterwards of what changed',
      async (bench) => {
        const map = configMap(bench.name('cm'));
        const { metadata } = await bench.createWork([map], {
          manifestConfigs: [
            {
              ...strategyFor(map.metadata.name, { type: 'CreateOnly' }),
              feedbackRules: jsonPaths({ k: '.data.k' }),
            },
          ],
        });
        await bench.workWith(metadata.name, 'Available', 'True');
        const { uid } = (await bench.onSpoke(map)).metadata;
        await bench.withDead('hub', async () => {
          await bench.patchOnSpoke(map, { data: { k: 'changed' } });
        });
        // Seen with OCM: 21 s after the hub's return.
        await bench.manifestWith(
          metadata.name,
          0,
          (status) => expect(valuesOf(status)).toEqual({ k: 'changed' }),
          21_000 + SLACK,
        );
        expect((await bench.onSpoke(map)).metadata.uid).toBe(uid);
      },
    );
  });
}
