import { describe, expect, test } from 'vitest';
import { ConfigMapResource, DeploymentResource, NodeResource } from '../api/core.ts';
import { collectionPath, objectPath, withQuery } from './paths.ts';

describe('paths', () => {
  test.each([
    [collectionPath(ConfigMapResource, 'a'), '/api/v1/namespaces/a/configmaps'],
    [collectionPath(ConfigMapResource), '/api/v1/configmaps'],
    [collectionPath(NodeResource, 'ignored'), '/api/v1/nodes'],
    [
      objectPath(DeploymentResource, { namespace: 'a', name: 'b' }),
      '/apis/apps/v1/namespaces/a/deployments/b',
    ],
    [objectPath(NodeResource, { namespace: '', name: 'n' }, 'status'), '/api/v1/nodes/n/status'],
    [objectPath(NodeResource, { namespace: '', name: 'a:b/c' }), '/api/v1/nodes/a%3Ab%2Fc'],
    [
      withQuery('/x', { limit: 5, dryRun: undefined, labelSelector: 'a in (b,c)' }),
      '/x?limit=5&labelSelector=a+in+%28b%2Cc%29',
    ],
    [withQuery('/x', { dryRun: undefined }), '/x'],
  ])('%s', (path, want) => {
    expect(path).toBe(want);
  });

  test('an object without a name or namespace is refused: its path would be that of all', () => {
    expect(() => objectPath(NodeResource, { namespace: '', name: '' })).toThrow('Node without a name');
    expect(() => objectPath(ConfigMapResource, { namespace: '', name: 'x' })).toThrow(
      'ConfigMap x without a namespace',
    );
  });
});
