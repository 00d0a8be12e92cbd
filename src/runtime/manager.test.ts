import { createServer } from 'node:net';
import { Registry } from 'prom-client';
import { describe, expect, test, vi } from 'vitest';
import { FakeClock, settle } from '../../test/support/fakeclock.ts';
import { testLogger } from '../../test/support/testlogger.ts';
import type { Informer } from './informer.ts';
import type { LeaderElection } from './leaderelection.ts';
import { type Caches, Manager, type Runnable } from './manager.ts';

/** Resolves when the signal aborts, and writes down what happened. */
function until(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<T>((yes, no) => {
    resolve = yes;
    reject = no;
  });
  return { promise, resolve, reject };
}

function setUp(options: { election?: boolean; synced?: boolean } = {}) {
  const { election = true, synced = true } = options;
  const clock = new FakeClock();
  const log = testLogger();
  const story: string[] = [];
  const sync = deferred<void>();
  const acquired = deferred<void>();
  const lost = deferred<'Lost'>();
  let hasSynced = synced;
  let staleMs = 0;
  if (synced) sync.resolve();
  const informer = { hasSynced: () => hasSynced, staleMs: () => staleMs } as Informer<unknown>;
  const caches: Caches = {
    async start(signal) {
      story.push('caches start');
      await until(signal);
      story.push('caches end');
    },
    waitForSync: (signal) =>
      Promise.race([
        sync.promise,
        ...(signal ? [until(signal).then(() => Promise.reject(signal.reason as Error))] : []),
      ]),
    informers: () => new Map([['ConfigMap.v1', informer]]),
  };
  const leader: LeaderElection = {
    identity: 'me',
    acquire: (signal) =>
      Promise.race([acquired.promise, until(signal).then(() => Promise.reject(signal.reason as Error))]),
    async hold(signal) {
      story.push('leads');
      const ending = await Promise.race([lost.promise, until(signal).then(() => 'Released' as const)]);
      story.push(`lease ${ending.toLowerCase()}`);
      return ending;
    },
    isLeader: () => true,
    sinceRenewalMs: () => 0,
    fence: () => undefined,
  };
  const manager = new Manager({
    caches,
    ...(election ? { election: leader } : {}),
    bindAddress: { host: '127.0.0.1', port: 0 },
    registry: new Registry(),
    clock,
    log,
  });
  const part = (name: string, endsAfter?: Promise<void>): Runnable => ({
    async run(signal) {
      story.push(`${name} starts`);
      await until(signal);
      await endsAfter;
      story.push(`${name} ends`);
    },
  });
  const stop = new AbortController();
  return {
    manager,
    clock,
    log,
    story,
    part,
    stop,
    acquired,
    lost,
    sync() {
      hasSynced = true;
      sync.resolve();
    },
    stale(ms: number) {
      staleMs = ms;
    },
    run: () => manager.run(stop.signal),
    async get(path: string) {
      await vi.waitFor(() => expect(manager.port).toBeGreaterThan(0));
      const answer = await fetch(`http://127.0.0.1:${manager.port}${path}`);
      return { status: answer.status, body: await answer.text() };
    },
    /** Until `line` is in the story. */
    reaches: (line: string) => vi.waitFor(() => expect(story).toContain(line)),
  };
}

describe('a manager', () => {
  test('starts caches, then work once it leads; ends work before it gives the lease back', async () => {
    const { manager, part, story, acquired, stop, run, reaches } = setUp();
    manager.addAlways(part('always'));
    manager.addWork(part('work'));
    const running = run();
    await reaches('always starts');
    expect(story).not.toContain('work starts');
    acquired.resolve();
    await reaches('work starts');
    stop.abort(new Error('SIGTERM'));
    expect(await running).toBe('Stopped');
    expect(story).toEqual([
      'caches start',
      'always starts',
      'leads',
      'work starts',
      'always ends',
      'work ends',
      'lease released',
      'caches end',
    ]);
  });

  test('works without an election, until it is stopped', async () => {
    const { manager, part, story, stop, run, reaches } = setUp({ election: false });
    manager.addWork(part('work'));
    const running = run();
    await reaches('work starts');
    stop.abort(new Error('SIGTERM'));
    expect(await running).toBe('Stopped');
    expect(story).toContain('work ends');
  });

  test('a standby that is stopped ends at once, and never leads', async () => {
    const { manager, part, story, stop, run, reaches } = setUp();
    manager.addAlways(part('always'));
    manager.addWork(part('work'));
    const running = run();
    await reaches('always starts');
    stop.abort(new Error('SIGTERM'));
    expect(await running).toBe('Stopped');
    expect(story).not.toContain('leads');
    expect(story).not.toContain('work starts');
  });

  test('losing the lease ends everything, what runs always too', async () => {
    const { manager, part, story, acquired, lost, run, reaches } = setUp();
    manager.addAlways(part('always'));
    manager.addWork(part('work'));
    const running = run();
    acquired.resolve();
    await reaches('work starts');
    lost.resolve('Lost');
    expect(await running).toBe('LeaseLost');
    expect(story).toEqual(expect.arrayContaining(['work ends', 'always ends', 'caches end']));
  });

  test.each(['addWork', 'addAlways'] as const)(
    'a part of %s that rejects ends the rest, and is logged',
    async (add) => {
      const { manager, part, story, acquired, log, run, reaches } = setUp();
      const fails = deferred<void>();
      manager.addWork(part('work'));
      manager[add]({ run: () => fails.promise });
      const running = run();
      acquired.resolve();
      await reaches('work starts');
      fails.reject(new Error('broken part'));
      expect(await running).toBe('Failed');
      expect(story).toEqual(expect.arrayContaining(['work ends', 'lease released', 'caches end']));
      expect(log.lines).toContainEqual(
        expect.objectContaining({ level: 'error', message: 'Part of the process failed' }),
      );
    },
  );

  test('work that does not end is left behind after 2 s, and the lease given back all the same', async () => {
    const { manager, part, story, clock, log, acquired, stop, run, reaches } = setUp();
    manager.addWork(part('work', new Promise(() => {})));
    const running = run();
    acquired.resolve();
    await reaches('work starts');
    stop.abort(new Error('SIGTERM'));
    await clock.advance(1_999);
    expect(story).not.toContain('lease released');
    await clock.advance(1);
    expect(await running).toBe('Stopped');
    expect(story).toContain('lease released');
    expect(log.lines.map(({ message }) => message)).toContain('Work did not end in time and is left behind');
  });

  test('what follows work runs while this process still leads', async () => {
    const { manager, part, story, acquired, stop, run, reaches } = setUp();
    manager.addWork(part('work'));
    manager.addFinish(async () => void story.push('finished'));
    const running = run();
    acquired.resolve();
    await reaches('work starts');
    stop.abort(new Error('SIGTERM'));
    expect(await running).toBe('Stopped');
    expect(story.slice(-4)).toEqual(['work ends', 'finished', 'lease released', 'caches end']);
  });

  test('what follows work runs in a standby too', async () => {
    const { manager, part, story, stop, run, reaches } = setUp();
    manager.addAlways(part('always'));
    manager.addFinish(async () => void story.push('finished'));
    const running = run();
    await reaches('always starts');
    stop.abort(new Error('SIGTERM'));
    expect(await running).toBe('Stopped');
    expect(story).toContain('finished');
  });

  test.each([
    ['hangs', () => new Promise<void>(() => {}), 'What follows work did not end in time and is left behind'],
    ['fails', () => Promise.reject(new Error('no')), 'Could not finish in order'],
  ])('what follows work and %s costs a second at most, and never the lease', async (_, finish, message) => {
    const { manager, part, story, clock, log, acquired, stop, run, reaches } = setUp();
    manager.addWork(part('work'));
    manager.addFinish(finish);
    const running = run();
    acquired.resolve();
    await reaches('work starts');
    stop.abort(new Error('SIGTERM'));
    await clock.advance(1_000);
    expect(await running).toBe('Stopped');
    expect(story).toContain('lease released');
    expect(log.lines.map((line) => line.message)).toContain(message);
  });

  test('ends 4 s after the signal, whatever hangs', async () => {
    const { manager, part, clock, acquired, stop, run, reaches } = setUp();
    manager.addAlways(part('always', new Promise(() => {})));
    manager.addWork(part('work', new Promise(() => {})));
    manager.addFinish(() => new Promise(() => {}));
    let ended = false;
    const running = run().then((ending) => {
      ended = true;
      return ending;
    });
    acquired.resolve();
    await reaches('work starts');
    stop.abort(new Error('SIGTERM'));
    await clock.advance(3_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    expect(await running).toBe('Stopped');
  });

  test('fails when its port is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { log } = setUp();
    const { manager } = (() => {
      const base = setUp();
      return {
        manager: new Manager({
          caches: { start: until, waitForSync: () => Promise.resolve(), informers: () => new Map() },
          bindAddress: { host: '127.0.0.1', port },
          registry: new Registry(),
          clock: base.clock,
          log,
        }),
      };
    })();
    expect(await manager.run(new AbortController().signal)).toBe('Failed');
    expect(log.lines.map(({ message }) => message)).toContain('Manager failed');
    other.close();
  });

  test('readiness names what is missing: the first list, then a cache that has gone silent', async () => {
    const { get, sync, stale, stop, run, clock, log } = setUp({ synced: false });
    const running = run();
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: '[-] caches failed: first list not there yet for ConfigMap.v1\nnot ok\n',
    });
    await clock.advance(5_000);
    expect(log.lines).toContainEqual({
      level: 'info',
      fields: { waitingFor: ['ConfigMap.v1'] },
      message: 'Waiting for caches',
    });
    sync();
    await settle();
    // A standby: it has no lease, and is ready.
    expect(await get('/readyz')).toEqual({ status: 200, body: '[+] caches ok\nok\n' });
    stale(119_000);
    expect((await get('/readyz')).status).toBe(200);
    stale(121_000);
    expect(await get('/readyz')).toEqual({
      status: 503,
      body: '[-] caches failed: nothing heard of ConfigMap.v1 for 121 s\nnot ok\n',
    });
    expect((await get('/healthz')).status).toBe(200);
    expect((await get('/metrics')).status).toBe(200);
    expect((await get('/')).status).toBe(404);
    stop.abort(new Error('SIGTERM'));
    expect(await running).toBe('Stopped');
  });
});
