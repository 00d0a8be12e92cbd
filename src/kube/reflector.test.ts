import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FakeClock, settle } from '../../test/support/fakeclock.ts';
import { testLogger } from '../../test/support/testlogger.ts';
import { keyString } from '../api/meta.ts';
import { ApiError, TransportError } from '../runtime/apierror.ts';
import { Reflector, SILENCE_MS } from './reflector.ts';
import type { Source, SourcePage, WatchEvent } from './source.ts';
import type { Entry } from './store.ts';

type Fault =
  | 'Reset'
  | 'Close'
  | 'Gone'
  | 'GoneEvent'
  | 'ErrorEvent'
  | 'ServerError'
  | 'Throttled'
  | 'Silent'
  | 'None';

const gone = () => new ApiError('Gone', 'too old resource version', { httpStatus: 410 });
const serverError = () => new ApiError('ServerError', 'boom', { httpStatus: 500 });
const throttled = () => new ApiError('Throttled', 'later', { httpStatus: 429, retryAfterSeconds: 12 });

/** A history of changes, listed and watched through a list of faults; after those everything works. */
class World implements Source<number> {
  readonly calls: { call: 'list' | 'watch'; at: number; from?: string }[] = [];
  readonly objects = new Map<string, number>();
  readonly #history: { version: number; id: string; deleted: boolean }[] = [];
  readonly #faults: Fault[];
  readonly #clock: FakeClock;
  #version = 100;
  #compacted = 0;
  #waiting: (() => void)[] = [];

  constructor(clock: FakeClock, faults: Fault[]) {
    this.#clock = clock;
    this.#faults = faults;
  }

  put(id: string): void {
    this.#version += 1;
    this.objects.set(id, this.#version);
    this.#record(id, false);
  }

  remove(id: string): void {
    if (!this.objects.delete(id)) return;
    this.#version += 1;
    this.#record(id, true);
  }

  compact(): void {
    this.#compacted = this.#version;
  }

  async *list(): AsyncGenerator<SourcePage<number>> {
    this.calls.push({ call: 'list', at: this.#clock.monotonic() });
    const fault = this.#faults.shift() ?? 'None';
    if (fault === 'ServerError') throw serverError();
    if (fault === 'Throttled') throw throttled();
    const all = [...this.objects].map(([id, value]) => entryOf(id, value));
    const resourceVersion = String(this.#version);
    for (let at = 0; at === 0 || at < all.length; at += 2) {
      if (at > 0 && fault === 'Reset') throw new TransportError('Reset', 'reset');
      if (at > 0 && fault === 'Gone') throw gone();
      yield { entries: all.slice(at, at + 2), resourceVersion };
      // Changes happen between two pages.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async watch(from: string, _: number, signal: AbortSignal): Promise<AsyncIterable<WatchEvent<number>>> {
    this.calls.push({ call: 'watch', at: this.#clock.monotonic(), from });
    const fault = this.#faults.shift() ?? 'None';
    if (fault === 'ServerError') throw serverError();
    if (fault === 'Throttled') throw throttled();
    if (fault === 'Gone' || Number(from) < this.#compacted) throw gone();
    return this.#events(Number(from), fault, signal);
  }

  async *#events(from: number, fault: Fault, signal: AbortSignal): AsyncGenerator<WatchEvent<number>> {
    let version = from;
    let sent = 0;
    for (;;) {
      if (sent === 1 || (sent === 0 && this.#history.every((change) => change.version <= version))) {
        if (fault === 'Reset') throw new TransportError('Reset', 'reset');
        if (fault === 'Close') return;
        if (fault === 'GoneEvent') yield { type: 'Error', error: gone() };
        if (fault === 'ErrorEvent') yield { type: 'Error', error: serverError() };
        if (fault === 'Silent') await aborted(signal);
      }
      const change = this.#history.find((each) => each.version > version);
      if (!change) {
        await Promise.race([new Promise<void>((resolve) => this.#waiting.push(resolve)), aborted(signal)]);
        continue;
      }
      version = change.version;
      sent += 1;
      const resourceVersion = String(version);
      const entry = entryOf(change.id, version);
      yield change.deleted
        ? { type: 'Delete', resourceVersion, key: entry.key }
        : { type: 'Upsert', resourceVersion, entry };
    }
  }

  #record(id: string, deleted: boolean): void {
    this.#history.push({ version: this.#version, id, deleted });
    for (const wake of this.#waiting.splice(0)) wake();
  }
}

function entryOf(id: string, value: number): Entry<number> {
  return { key: { namespace: '', name: id }, resourceVersion: String(value), value };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const fail = () => reject(new TransportError('Aborted', 'cancelled'));
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
  });
}

function start(faults: Fault[]) {
  const clock = new FakeClock();
  const world = new World(clock, faults);
  const content = new Map<string, number>();
  const log = testLogger();
  const reflector = new Reflector<number>({
    source: world,
    clock,
    log,
    random: () => 0.5,
    sink: {
      replace(entries) {
        content.clear();
        for (const entry of entries) content.set(keyString(entry.key), entry.value);
      },
      upsert: (entry) => content.set(keyString(entry.key), entry.value),
      remove: (key) => content.delete(keyString(key)),
    },
  });
  const stop = new AbortController();
  const running = reflector.run(stop.signal);
  return {
    clock,
    world,
    content,
    log,
    reflector,
    async end() {
      stop.abort();
      await settle();
      await running;
    },
  };
}

describe('Reflector', () => {
  test('goes on from the last event after a reset, without listing again', async () => {
    const { clock, world, content, end } = start(['None', 'Reset']);
    // The list has begun, so this is the one event of the first watch.
    world.put('a');
    await clock.advance(0);
    world.put('b');
    await clock.advance(2_000);
    expect(world.calls.map(({ call, from }) => [call, from])).toEqual([
      ['list', undefined],
      ['watch', '100'],
      ['watch', '101'],
    ]);
    expect(content).toEqual(world.objects);
    await end();
  });

  test('notices within 90 s that nothing is heard any more', async () => {
    const { clock, world, content, end } = start(['None', 'Silent']);
    await clock.advance(0);
    world.put('a');
    await clock.advance(SILENCE_MS - 1);
    expect(content.size).toBe(0);
    await clock.advance(1);
    expect(content).toEqual(world.objects);
    await end();
  });

  test('waits as long as the server asks for', async () => {
    const { clock, world, end } = start(['Throttled']);
    await clock.advance(11_999);
    expect(world.calls).toHaveLength(1);
    await clock.advance(1);
    expect(world.calls.map((each) => each.call)).toEqual(['list', 'list', 'watch']);
    await end();
  });

  test('tells how long the server has not been heard', async () => {
    const { clock, reflector, end } = start(['ServerError', 'None', 'Silent']);
    expect(reflector.staleMs()).toBe(Number.POSITIVE_INFINITY);
    await clock.advance(1_000);
    await clock.advance(30_000);
    expect(reflector.staleMs()).toBe(30_000);
    await end();
  });

  test('an outage is one warning and one line when it is over', async () => {
    const { clock, log, end } = start(['ServerError', 'ServerError', 'ServerError', 'ServerError']);
    await clock.advance(120_000);
    expect(log.lines.filter((line) => line.level !== 'debug').map((line) => line.message)).toEqual([
      'list failed',
      'watching again',
    ]);
    await end();
  });

  test('holds what the source holds after any schedule of changes and faults, and never asks in a hot loop', async () => {
    const fault = fc.constantFrom<Fault>(
      'Reset',
      'Close',
      'Gone',
      'GoneEvent',
      'ErrorEvent',
      'ServerError',
      'Throttled',
      'Silent',
      'None',
    );
    const id = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const action = fc.oneof(
      { weight: 4, arbitrary: id.map((name) => ({ put: name })) },
      { weight: 2, arbitrary: id.map((name) => ({ remove: name })) },
      { weight: 1, arbitrary: fc.constant({ compact: true }) },
      { weight: 2, arbitrary: fc.nat(40_000).map((advance) => ({ advance })) },
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 12 }),
        fc.array(action, { maxLength: 25 }),
        async (faults, actions) => {
          const { clock, world, content, end } = start(faults);
          for (const each of actions) {
            if ('put' in each) world.put(each.put);
            else if ('remove' in each) world.remove(each.remove);
            else if ('compact' in each) world.compact();
            else await clock.advance(each.advance);
            await settle();
          }
          // Long enough for every fault that is left, each with its longest wait.
          await clock.advance(20 * 60_000);
          expect(content).toEqual(world.objects);
          for (const call of world.calls) {
            const soon = world.calls.filter(({ at }) => at >= call.at && at < call.at + 500);
            expect(soon.length).toBeLessThanOrEqual(5);
          }
          await end();
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
