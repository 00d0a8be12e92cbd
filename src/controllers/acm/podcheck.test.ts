import { expect, test } from 'vitest';
import { podCheckObstacle } from './podcheck.ts';

const namespace = (labels: Record<string, string>) => ({
  metadata: { name: 'codeco-podsecurity-baseline', labels },
});

test('a namespace that enforces the level stands in no way', () => {
  const labels = { 'pod-security.kubernetes.io/enforce': 'baseline' };
  expect(podCheckObstacle('baseline', namespace(labels))).toBeUndefined();
});

test.each([
  ['is missing', undefined, 'does not exist'],
  ['enforces nothing', namespace({}), 'enforces no Pod Security level'],
  [
    'enforces another level',
    namespace({ 'pod-security.kubernetes.io/enforce': 'privileged' }),
    'enforces privileged',
  ],
  [
    'is going',
    { metadata: { ...namespace({}).metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } },
    'is being deleted',
  ],
])('a namespace that %s is told with the commands that mend it', (_, found, words) => {
  const message = podCheckObstacle('baseline', found);
  expect(message).toContain(words);
  expect(message).toContain('kubectl create namespace codeco-podsecurity-baseline');
  expect(message).toContain(
    'kubectl label --overwrite namespace codeco-podsecurity-baseline pod-security.kubernetes.io/enforce=baseline',
  );
});
