import { expect, test } from 'vitest';
import { aModel } from '../../../test/support/appstate.ts';
import { onHub } from '../../../test/support/works.ts';
import { API_VERSION } from '../../api/codeco/v1alpha1/group.ts';
import { baseWork } from '../../work/manifestwork.ts';
import { deletingStatus, deletionState } from './finalize.ts';

const on = (cluster: string, deleting = false) => onHub(baseWork('shop', cluster, true), { deleting });
const none: ReadonlySet<string> = new Set();

test('every work is asked to go once, and waited for until it is gone', () => {
  const works = [on('edge-a'), on('edge-b', true)];
  const state = deletionState(works, new Set(['edge-a', 'edge-b']), none);
  expect(state.remove).toEqual([works[0]]);
  expect(state.waiting).toEqual(['edge-a', 'edge-b']);
  expect(state.left).toEqual([]);
});

test('a cluster that is gone from the hub, or given up by annotation, is not waited for but named', () => {
  const works = [on('gone', true), on('given-up'), on('edge-a', true)];
  const state = deletionState(works, new Set(['edge-a', 'given-up']), new Set(['given-up']));
  expect(state.waiting).toEqual(['edge-a']);
  expect(state.left).toEqual(['given-up', 'gone']);
  expect(state.remove.map(({ metadata }) => metadata.namespace)).toEqual(['given-up']);
});

test('a deletion that takes long names what it waits for and the way out', () => {
  const metadata = { namespace: 'shop', name: 'web', generation: 3 };
  const app = { apiVersion: API_VERSION, kind: 'CodecoApp', metadata, spec: aModel() };
  const { conditions } = deletingStatus(app, ['edge-a', 'edge-b'], '2026-01-01T00:00:00Z');
  expect(conditions).toMatchObject([{ type: 'Ready', status: 'False', reason: 'Deleting' }]);
  expect(conditions?.[0]?.message).toContain(
    'kubectl annotate codecoapp -n shop web codeco.he-codeco.eu/abandon-clusters=edge-a,edge-b',
  );
});
