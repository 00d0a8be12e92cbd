import { describe, expect, test } from 'vitest';
import type { ManifestConfig } from '../../../src/api/ocm/manifestwork.ts';
import { defineResource } from '../../../src/api/resource.ts';
import type { Manifest } from './manifest.ts';
import { configFor } from './manifestconfig.ts';

const target = {
  resource: defineResource<Manifest>('apps', 'v1', 'Deployment', 'deployments', 'Namespaced'),
  key: { namespace: 'shop', name: 'shop-web-1' },
};

function readOnly(name: string, namespace = 'shop', resource = 'deployments'): ManifestConfig {
  return {
    resourceIdentifier: { group: 'apps', resource, name, namespace },
    updateStrategy: { type: 'ReadOnly' },
  };
}

describe('a pattern', () => {
  test.each(['shop-web-1', '*', 'shop-*', '*-1', 'shop-*-1', '*web*', 's*-w*-1'])('%s matches', (name) => {
    expect(configFor([readOnly(name)], target).strategy.type).toBe('ReadOnly');
  });
  test.each(['shop-web', 'shop-w*2', '*-web', 'shop-web-1*1', 'Shop-*'])('%s does not match', (name) => {
    expect(configFor([readOnly(name)], target).strategy.type).toBe('Update');
  });
  test('of a namespace must match too', () => {
    expect(configFor([readOnly('*', 'sh*')], target).strategy.type).toBe('ReadOnly');
    expect(configFor([readOnly('*', 'other')], target).strategy.type).toBe('Update');
  });
  test('of another resource matches nothing here', () => {
    expect(configFor([readOnly('*', '*', 'services')], target).strategy.type).toBe('Update');
  });
});

test('the first strategy, the first rules that are not empty and the last scrape type win', () => {
  const { resourceIdentifier } = readOnly('*');
  const configs: ManifestConfig[] = [
    { resourceIdentifier, feedbackRules: [], feedbackScrapeType: 'Watch' },
    {
      resourceIdentifier,
      updateStrategy: { type: 'CreateOnly' },
      feedbackRules: [{ type: 'WellKnownStatus' }],
    },
    {
      resourceIdentifier,
      conditionRules: [{ condition: 'Ready', type: 'CEL', celExpressions: ['true'] }],
      updateStrategy: { type: 'Update' },
      feedbackScrapeType: 'Poll',
    },
  ];
  expect(configFor(configs, target)).toEqual({
    strategy: { type: 'CreateOnly' },
    feedbackRules: [{ type: 'WellKnownStatus' }],
    conditionRules: [{ condition: 'Ready', type: 'CEL', celExpressions: ['true'] }],
    scrape: 'Poll',
  });
});
