import { describe, expect, test } from 'vitest';
import { headOf, isWrite } from '../support/faultproxy/requesthead.ts';

describe('what the fault proxy writes down of a request', () => {
  const PLANS = '/apis/codeco.he-codeco.eu/v1alpha1/namespaces/shop/assignmentplans';

  test.each([
    ['GET', '/api/v1/configmaps', 'list', 'configmaps', '', ''],
    ['GET', '/api/v1/configmaps?watch=true&resourceVersion=7', 'watch', 'configmaps', '', ''],
    ['GET', '/api/v1/namespaces/shop/configmaps/x', 'get', 'configmaps', 'shop', 'x'],
    ['GET', '/api/v1/namespaces', 'list', 'namespaces', '', ''],
    ['GET', '/api/v1/namespaces/shop', 'get', 'namespaces', '', 'shop'],
    ['PUT', '/api/v1/namespaces/shop/finalize', 'update', 'namespaces/finalize', '', 'shop'],
    ['POST', PLANS, 'create', 'assignmentplans', 'shop', ''],
    ['PUT', `${PLANS}/web`, 'update', 'assignmentplans', 'shop', 'web'],
    ['PATCH', `${PLANS}/web/status?fieldManager=acm`, 'patch', 'assignmentplans/status', 'shop', 'web'],
    ['DELETE', `${PLANS}/web`, 'delete', 'assignmentplans', 'shop', 'web'],
    ['GET', '/readyz', 'other', '', '', ''],
  ])('%s %s is %s of %s', (method, url, verb, resource, namespace, name) => {
    const head = headOf({ method, url, headers: { 'user-agent': 'codeco-acm' } });
    expect(head).toMatchObject({ method, verb, resource, namespace, name, userAgent: 'codeco-acm' });
    expect(isWrite(head)).toBe(method !== 'GET');
  });

  test('server-side apply is told from other patches', () => {
    const headers = { 'content-type': 'application/apply-patch+yaml' };
    expect(headOf({ method: 'PATCH', url: `${PLANS}/web`, headers }).verb).toBe('apply');
  });
});
