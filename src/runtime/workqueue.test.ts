import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { FakeClock, settle } from '../../test/support/fakeclock.ts';
import { ExponentialRateLimiter } from './ratelimiter.ts';
import { WorkQueue } from './workqueue.ts';

function newQueue(): { queue: WorkQueue; clock: FakeClock } {
  const clock = new FakeClock();
  return { queue: new WorkQueue({ clock, limiter: new ExponentialRateLimiter() }), clock };
}

/** What lies in the queue, without waiting. */
async function drain(queue: WorkQueue): Promise<string[]> {
  const keys: string[] = [];
  while (queue.length > 0) keys.push((await queue.take()) ?? '');
  for (const key of keys) queue.done(key);
  return keys;
}

type Step =
  | { do: 'add' | 'fail'; key: string }
  | { do: 'addAfter'; key: string; ms: number }
  | { do: 'finish'; which: number }
  | { do: 'advance'; ms: number };

const KEY = fc.constantFrom('a', 'b', 'c');
const STEP: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('add' as const, 'fail' as const), key: KEY }),
  fc.record({ do: fc.constant('addAfter' as const), key: KEY, ms: fc.integer({ min: -5, max: 300 }) }),
  fc.record({ do: fc.constant('finish' as const), which: fc.nat(5) }),
  fc.record({ do: fc.constant('advance' as const), ms: fc.nat(200) }),
);

describe('a work queue, whatever happens in whatever order', () => {
  test('works on no key twice at once and loses no change', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(STEP, { maxLength: 60 }),
        fc.integer({ min: 1, max: 4 }),
        async (steps, workers) => {
          const { queue, clock } = newQueue();
          /** Number of the last change of a key, and of the last one that a worker saw when it began. */
          const changed = new Map<string, number>();
          const seen = new Map<string, number>();
          const atWork: { key: string; finish: () => void }[] = [];
          const running = Array.from({ length: workers }, async () => {
            for (let key = await queue.take(); key !== undefined; key = await queue.take()) {
              expect(atWork.map((work) => work.key)).not.toContain(key);
              seen.set(key, changed.get(key) ?? 0);
              const current = key;
              await new Promise<void>((finish) => atWork.push({ key: current, finish }));
              queue.done(key);
            }
          });
          let changes = 0;
          for (const step of steps) {
            changes += 1;
            switch (step.do) {
              case 'add':
                changed.set(step.key, changes);
                queue.add(step.key);
                break;
              case 'fail':
                changed.set(step.key, changes);
                queue.addRateLimited(step.key);
                break;
              case 'addAfter':
                changed.set(step.key, changes);
                queue.addAfter(step.key, step.ms);
                break;
              case 'finish':
                if (atWork.length > 0) atWork.splice(step.which % atWork.length, 1)[0]?.finish();
                break;
              case 'advance':
                await clock.advance(step.ms);
                break;
            }
            await Promise.resolve();
          }
          await clock.advance(3_600_000);
          for (await settle(); atWork.length > 0; await settle()) atWork.shift()?.finish();
          expect(seen).toEqual(changed);
          expect(queue.length).toBe(0);
          queue.close();
          await Promise.all(running);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('a work queue', () => {
  test('gives keys in the order of their first add, each once', async () => {
    const { queue } = newQueue();
    for (const key of ['b', 'a', 'b', 'c', 'a']) queue.add(key);
    expect(await drain(queue)).toEqual(['b', 'a', 'c']);
  });

  test('hands 200 first adds out at once, whatever fails beside them', async () => {
    const { queue } = newQueue();
    for (let failure = 0; failure < 20; failure += 1) queue.addRateLimited('failing');
    for (let key = 0; key < 200; key += 1) queue.add(String(key));
    expect((await drain(queue)).length).toBe(200);
  });

  test('keeps the earliest of several delayed adds, in order of time between keys', async () => {
    const { queue, clock } = newQueue();
    queue.addAfter('late', 100);
    queue.addAfter('soon', 80);
    queue.addAfter('late', 20);
    queue.addAfter('soon', 90);
    await clock.advance(19);
    expect(queue.length).toBe(0);
    await clock.advance(1);
    expect(await drain(queue)).toEqual(['late']);
    await clock.advance(60);
    expect(await drain(queue)).toEqual(['soon']);
    await clock.advance(1_000);
    expect(queue.length).toBe(0);
  });

  test('does not take an add for the later look that was asked for before', async () => {
    const { queue, clock } = newQueue();
    queue.addAfter('a', 100);
    queue.add('a');
    expect(await drain(queue)).toEqual(['a']);
    await clock.advance(100);
    expect(await drain(queue)).toEqual(['a']);
  });

  test('sleeps with one timer however many keys are put off, and not at once through a wait of months', async () => {
    const { queue, clock } = newQueue();
    const sleep = vi.spyOn(clock, 'sleep');
    for (let key = 0; key < 1_000; key += 1) queue.addAfter(String(key), 3_000_000_000 + key);
    await settle();
    expect(clock.sleepers).toBe(1);
    // Node's timers fire at once beyond this.
    expect(sleep.mock.lastCall?.[0]).toBeLessThan(2 ** 31);
    await clock.advance(2_999_999_999);
    expect(queue.length).toBe(0);
    await clock.advance(1_000);
    expect(queue.length).toBe(1_000);
  });

  test('when closed takes nothing in, wakes who waits, and lets work in progress end', async () => {
    const { queue, clock } = newQueue();
    queue.add('a');
    expect(await queue.take()).toBe('a');
    queue.add('a');
    queue.add('b');
    queue.addAfter('c', 10);
    queue.close();
    await settle();
    expect(clock.sleepers).toBe(0);
    queue.done('a');
    queue.add('d');
    expect(await queue.take()).toBeUndefined();
    await clock.advance(20);
    expect(queue.length).toBe(0);
  });

  test('tells how long unfinished work lasts', async () => {
    const { queue, clock } = newQueue();
    queue.add('a');
    await queue.take();
    await clock.advance(2_000);
    queue.add('b');
    await queue.take();
    await clock.advance(1_000);
    expect(queue.unfinishedSeconds()).toEqual({ sum: 4, longest: 3 });
  });
});
