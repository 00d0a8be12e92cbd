import { expect, test } from 'vitest';
import { referencesOf } from './references.ts';

const container = { name: 'c' };

test('references are found in volumes, projected volumes, env, envFrom and imagePullSecrets', () => {
  expect(
    referencesOf({
      volumes: [
        { name: 'a', configMap: { name: 'cm-volume' } },
        { name: 'b', secret: { secretName: 's-volume' } },
        {
          name: 'c',
          projected: {
            sources: [{ configMap: { name: 'cm-projected' } }, { secret: { name: 's-projected' } }],
          },
        },
      ],
      initContainers: [{ ...container, envFrom: [{ secretRef: { name: 's-init' } }] }],
      containers: [
        {
          ...container,
          env: [
            { name: 'A', valueFrom: { configMapKeyRef: { name: 'cm-env', key: 'k' } } },
            { name: 'B', valueFrom: { secretKeyRef: { name: 's-env', key: 'k' } } },
            { name: 'C', value: 'plain' },
          ],
          envFrom: [{ configMapRef: { name: 'cm-from' } }],
        },
      ],
      imagePullSecrets: [{ name: 's-pull' }],
    }),
  ).toEqual({
    configMaps: ['cm-env', 'cm-from', 'cm-projected', 'cm-volume'],
    secrets: ['s-env', 's-init', 's-projected', 's-pull', 's-volume'],
    optional: { configMaps: [], secrets: [] },
  });
});

test('a name is optional only where every reference to it is', () => {
  const from = (name: string, optional: boolean) => ({ configMapRef: { name, optional } });
  const { configMaps, optional } = referencesOf({
    containers: [
      {
        ...container,
        envFrom: [from('a', true), from('b', true), from('b', false), from('c', false), from('c', true)],
      },
    ],
  });
  expect(configMaps).toEqual(['a', 'b', 'c']);
  expect(optional.configMaps).toEqual(['a']);
});

test('the CA of the hub is not copied to clusters that have their own', () => {
  const source = { configMap: { name: 'kube-root-ca.crt' } };
  const podspec = { containers: [container], volumes: [{ name: 'ca', projected: { sources: [source] } }] };
  expect(referencesOf(podspec).configMaps).toEqual([]);
});
