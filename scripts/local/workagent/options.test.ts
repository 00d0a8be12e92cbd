import { describe, expect, test } from 'vitest';
import { OCM_DEFAULTS } from './agent.ts';
import { parseFlags } from './options.ts';

const NEEDED = ['--kubeconfig', 'spoke', '--workload-source-config=hub', '--spoke-cluster-name', 'c1'];

test("defaults are those of OCM's agent", () => {
  expect(parseFlags(NEEDED)).toEqual({
    kubeconfig: 'spoke',
    hubKubeconfig: 'hub',
    clusterName: 'c1',
    agentID: undefined,
    listen: undefined,
    tuning: OCM_DEFAULTS,
  });
});

test("OCM's flags and the own ones are understood", () => {
  const flags = parseFlags([
    ...NEEDED,
    '--workload-source-driver=kube',
    '--agent-id=a',
    '--namespace=x',
    '--disable-leader-election',
    '--listen=127.0.0.1:8443',
    '--status-sync-interval=1s',
    '--appliedmanifestwork-eviction-grace-period=30s',
    '--reapply-interval=4m30s',
    '--executor-retry-interval=2s',
    '--kube-api-qps=500',
    '--kube-api-burst=1000',
    '--max-feedback-watch=5',
    '--workers=3',
  ]);
  expect(flags).toMatchObject({ agentID: 'a', listen: { host: '127.0.0.1', port: 8443 } });
  expect(flags.tuning).toEqual({
    ...OCM_DEFAULTS,
    statusSyncIntervalMs: 1_000,
    evictionGraceMs: 30_000,
    reapplyIntervalMs: 270_000,
    executorRetryIntervalMs: 2_000,
    spokeQps: 500,
    spokeBurst: 1000,
    maxFeedbackWatch: 5,
    workers: 3,
  });
});

describe('a wrong flag is refused', () => {
  test.each([
    [['--status-sync-intervall=1s'], '--status-sync-interval?'],
    [['--status-sync-interval=10'], '--status-sync-interval 10: a duration'],
    [['--workers=0'], '--workers 0: a number above 0'],
    [['--workload-source-driver=mqtt'], 'only kube'],
    [['--listen=8443'], '--listen 8443: host:port'],
  ])('%j', (args, message) => {
    expect(() => parseFlags([...NEEDED, ...args])).toThrow(message);
  });
  test('a needed one is missing', () => {
    expect(() => parseFlags(['--kubeconfig=x', '--workload-source-config=y'])).toThrow(
      '--spoke-cluster-name is needed',
    );
  });
});
