import { describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../support/faultproxy/fault.ts';
import { FACTOR, HostileHub, NS, reads } from '../../support/hostilehub.ts';

const hub = HostileHub.forThisFile();

describe('a cache behind a hostile network', () => {
  test.each<[string, 'list' | 'watch', Fault, number]>([
    ['410 at list', 'list', { kind: 'Status', status: 410, reason: 'Expired' }, 2],
    ['410 at watch', 'watch', { kind: 'Status', status: 410, reason: 'Expired' }, 1],
    ['410 in the stream', 'watch', { kind: 'ErrorEvent', code: 410 }, 2],
    ['another error in the stream', 'watch', { kind: 'ErrorEvent', code: 500 }, 2],
    ['429 with Retry-After at list', 'list', { kind: 'Status', status: 429, retryAfterSeconds: 1 }, 7],
    ['429 with Retry-After at watch', 'watch', { kind: 'Status', status: 429, retryAfterSeconds: 1 }, 7],
    ['a burst of 500 at list', 'list', { kind: 'Status', status: 500 }, 5],
    ['a burst of 500 at watch', 'watch', { kind: 'Status', status: 500 }, 5],
    ['503 at list', 'list', { kind: 'Status', status: 503, retryAfterSeconds: 1 }, 3],
    ['a reset before list', 'list', { kind: 'Reset', when: 'BeforeServer' }, 3],
    ['a reset before the answer', 'list', { kind: 'Reset', when: 'BeforeAnswer' }, 3],
    ['a reset in the middle of an object of a list', 'list', { kind: 'Reset', when: 'InBody' }, 2],
    ['a reset in the middle of an event', 'watch', { kind: 'Reset', when: 'InBody' }, 2],
    ['a half-open connection at list', 'list', { kind: 'HalfOpen' }, 1],
    ['a half-open connection at watch', 'watch', { kind: 'HalfOpen' }, 1],
    ['slow bodies', 'list', { kind: 'Slow', bytes: 40, delayMs: 5 }, 1],
    ['slow events', 'watch', { kind: 'Slow', bytes: 7, delayMs: 1 }, 1],
  ])('equals the server after %s', async (_, verb, fault, times) => {
    const before = hub.proxy.records.length;
    hub.proxy.inject(fault, { match: reads(verb), times });
    const { informer, run } = hub.follow();
    run();
    await hub.put('o4', 'before');
    await hub.equals(informer);
    await hub.put('o2', 'after');
    await hub.remove('o3');
    await hub.equals(informer);
    const met = hub.proxy.records.slice(before).filter((record) => record.fault === fault.kind);
    expect(met.length).toBeGreaterThan(0);
  });

  test('goes on from where it was after a reset, without a list', async () => {
    const { informer, run } = hub.follow();
    run();
    await hub.equals(informer);
    const listed = hub.proxy.records.filter(reads('list')).length;
    expect(hub.proxy.strike('Reset')).toBe(1);
    await hub.put('o1', 'after the reset');
    await hub.equals(informer);
    expect(hub.proxy.records.filter(reads('list')).length).toBe(listed);
  });

  test('lists again after 410 in an open stream', async () => {
    const { informer, run } = hub.follow();
    run();
    await hub.equals(informer);
    const listed = hub.proxy.records.filter(reads('list')).length;
    expect(hub.proxy.strike('Gone')).toBe(1);
    await hub.put('o1', 'after 410');
    await hub.equals(informer);
    expect(hub.proxy.records.filter(reads('list')).length).toBe(listed + 1);
  });

  test('forgets nothing when an answer is no list', async () => {
    const { informer, run } = hub.follow();
    const gone: string[] = [];
    informer.onEvent((event) => {
      if (!event.new) gone.push(event.key.name);
    });
    run();
    await hub.equals(informer);
    hub.proxy.inject({ kind: 'ErrorEvent', code: 410 }, { match: reads('list'), times: 2 });
    expect(hub.proxy.strike('Gone')).toBe(1);
    await hub.put('o1', 'after two answers that are no list');
    await hub.equals(informer);
    expect(gone).toEqual([]);
  });

  test('notices a half-open stream within 90 s', async () => {
    // Half as fast as the others: a machine that is busy for a second must not count as 20 s.
    const { informer, run, clock } = hub.follow(hub.kubeconfig, FACTOR / 2);
    run();
    await hub.equals(informer);
    expect(hub.proxy.strike('Freeze')).toBe(1);
    const frozenAt = clock.monotonic();
    await hub.put('o1', 'nobody hears this');
    await vi.waitFor(
      () =>
        expect(informer.lister.get({ namespace: NS, name: 'o1' })?.data).toEqual({
          value: 'nobody hears this',
        }),
      { timeout: 20_000, interval: 20 },
    );
    const noticedAfter = clock.monotonic() - frozenAt;
    expect(noticedAfter).toBeGreaterThan(60_000);
    expect(noticedAfter).toBeLessThan(90_000);
  });

  test('equals the server after a time when nobody listens', async () => {
    hub.proxy.refuse();
    const { informer, run, log } = hub.follow();
    run();
    const failed = (message: string) =>
      vi.waitFor(() => expect(log.lines.map((line) => line.message)).toContain(message));
    await failed('list failed');
    await hub.proxy.accept();
    await hub.equals(informer);
    hub.proxy.refuse();
    await hub.put('o1', 'unseen');
    await hub.remove('o2');
    await failed('watch ended');
    await hub.proxy.accept();
    await hub.equals(informer);
  });

  test('equals the server after the API server was killed and started again', async () => {
    const { informer, run } = hub.follow();
    run();
    await hub.equals(informer);
    await hub.federation.hub.restart('SIGKILL');
    await hub.put('o1', 'after the restart');
    await hub.equals(informer);
  });

  test('lists again when etcd was compacted beyond what it has seen', async () => {
    const { informer, run } = hub.follow();
    run();
    await hub.equals(informer);
    hub.proxy.refuse();
    await hub.put('o1', 'compacted away');
    await hub.put('o1', 'kept');
    await hub.remove('o3');
    await compactEtcd();
    // The API server's own cache could still tell what etcd has forgotten; a new one cannot.
    await hub.federation.hub.restart('SIGKILL');
    await hub.put('o2', 'after the compaction');
    const before = hub.proxy.records.length;
    await hub.proxy.accept();
    await hub.equals(informer);
    const since = hub.proxy.records.slice(before);
    expect(since.filter(reads('list')).length).toBeGreaterThan(0);
    expect(since[0]?.verb).toBe('watch');
  });
});

async function compactEtcd(): Promise<void> {
  const ask = async (path: string, body: object) => {
    const answer = await fetch(`${hub.federation.etcd.url}${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await ask('/v3/kv/range', { key: Buffer.from('/').toString('base64') });
  await ask('/v3/kv/compaction', { revision: header.revision, physical: true });
}
