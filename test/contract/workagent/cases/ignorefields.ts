import { describe, expect } from 'vitest';
import type { IgnoreField, ManifestConfig } from '../../../../src/api/ocm/manifestwork.ts';
import { type AnyObject, type Bench, eventually } from '../bench.ts';
import { contract, type Setting } from '../case.ts';
import { conditionOf, configMap, strategyFor } from '../manifests.ts';

const TOPIC = 'ignored fields';

function ignoring(name: string, ...ignoreFields: IgnoreField[]): ManifestConfig {
  return strategyFor(name, {
    type: 'ServerSideApply',
    serverSideApply: { force: true, ignoreFields },
  });
}

/** A work over a ConfigMap with `theirs` and `ours`; resolves when it is there, with every field. */
async function start(bench: Bench, field: IgnoreField): Promise<{ map: AnyObject; work: string }> {
  const map = configMap(bench.name('cm'), { theirs: 'first', ours: 'first' });
  const { metadata } = await bench.createWork([map], {
    manifestConfigs: [ignoring(map.metadata.name, field)],
  });
  await bench.workWith(metadata.name, 'Applied', 'True');
  expect((await bench.onSpoke(map))['data']).toEqual({ theirs: 'first', ours: 'first' });
  return { map, work: metadata.name };
}

const change = (map: AnyObject, data: Record<string, string>): AnyObject => ({ ...map, data });

async function untilData(bench: Bench, map: AnyObject, data: Record<string, string>): Promise<void> {
  await eventually(async () => expect((await bench.onSpoke(map))['data']).toEqual(data));
}

export function ignoreFieldCases(setting: Setting): void {
  describe('fields that server-side apply ignores', () => {
    for (const [how, field] of [
      ['JSON path', { condition: 'OnSpokePresent', jsonPaths: ['.data.theirs'] }],
      ['JSON pointer', { condition: 'OnSpokePresent', jsonPointers: ['/data/theirs'] }],
    ] satisfies [string, IgnoreField][]) {
      contract(
        setting,
        TOPIC,
        `OnSpokePresent, by ${how}: created with the object, then left to whoever changes it`,
        async (bench) => {
          const { map, work } = await start(bench, field);
          await bench.patchOnSpoke(map, { data: { theirs: 'by hand' } });
          await bench.setManifests(work, [change(map, { theirs: 'second', ours: 'second' })]);
          await bench.workWith(work, 'Applied', 'True');
          await untilData(bench, map, { theirs: 'by hand', ours: 'second' });
        },
      );
    }

    contract(
      setting,
      TOPIC,
      'OnSpokeChange: a change by hand stays until the manifest itself changes',
      async (bench) => {
        const { map, work } = await start(bench, { condition: 'OnSpokeChange', jsonPaths: ['.data.theirs'] });
        await bench.patchOnSpoke(map, { data: { theirs: 'by hand' } });
        // A new generation of the work over the same manifest applies it again.
        await bench.patchWork(work, { spec: { deleteOption: { propagationPolicy: 'Foreground' } } });
        await bench.workWith(work, 'Applied', 'True');
        await untilData(bench, map, { theirs: 'by hand', ours: 'first' });
        await bench.setManifests(work, [change(map, { theirs: 'first', ours: 'second' })]);
        await untilData(bench, map, { theirs: 'first', ours: 'second' });
      },
    );

    contract(
      setting,
      TOPIC,
      'a field that is not there is no error, nor is a path that cannot be read',
      async (bench) => {
        const { work } = await start(bench, {
          condition: 'OnSpokePresent',
          jsonPaths: ['.spec.replicas', '.data[.theirs'],
          jsonPointers: ['/spec/replicas', '/kind/through/a/string', '/data/none', 'data/theirs'],
        });
        await bench.patchWork(work, { spec: { deleteOption: { propagationPolicy: 'Foreground' } } });
        await bench.workWith(work, 'Applied', 'True');
      },
    );

    contract(setting, TOPIC, 'a jq expression that fails has a reason of its own', async (bench) => {
      const map = configMap(bench.name('cm'));
      const { metadata } = await bench.createWork([map], {
        manifestConfigs: [
          ignoring(map.metadata.name, { condition: 'OnSpokePresent', jqPathExpressions: ['.data['] }),
        ],
      });
      const work = await bench.workWith(metadata.name, 'Applied', 'False');
      expect(conditionOf(work.status?.resourceStatus?.manifests?.[0] ?? {}, 'Applied')).toMatchObject({
        reason: 'AppliedManifestSSAIgnoreFieldError',
        message: expect.stringMatching(/^Failed to process ignoreFields: JQ expression error in '\.data\['/),
      });
    });
  });
}
