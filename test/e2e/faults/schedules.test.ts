import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import type { ConfigMap } from '../../../src/api/core.ts';
import { keyString } from '../../../src/api/meta.ts';
import { Controller } from '../../../src/runtime/controller.ts';
import { DONE } from '../../../src/runtime/reconcile.ts';
import { itself, watch } from '../../../src/runtime/watches.ts';
import type { Fault, Stroke } from '../../support/faultproxy/fault.ts';
import { HostileHub, NS, reads } from '../../support/hostilehub.ts';
import { QuickClock } from '../../support/quickclock.ts';

const SEED = Date.now() % 2 ** 31;

const hub = HostileHub.forThisFile();

type Action =
  | { do: 'put' | 'remove'; name: string }
  | { do: 'strike'; stroke: Stroke }
  | { do: 'inject'; verb: 'list' | 'watch'; fault: Fault; times: number }
  | { do: 'refuse'; ms: number }
  | { do: 'wait'; ms: number };

const NAME = fc.constantFrom('o1', 'o2', 'o3', 'o4', 'o5', 'o6');
const FAULT: fc.Arbitrary<Fault> = fc.oneof(
  fc.constantFrom<Fault>(
    { kind: 'Status', status: 410, reason: 'Expired' },
    { kind: 'Status', status: 429, retryAfterSeconds: 1 },
    { kind: 'Status', status: 500 },
    { kind: 'Status', status: 503 },
    { kind: 'ErrorEvent', code: 410 },
    { kind: 'ErrorEvent', code: 500 },
    { kind: 'Reset', when: 'BeforeServer' },
    { kind: 'Reset', when: 'BeforeAnswer' },
    { kind: 'HalfOpen' },
    { kind: 'Slow', bytes: 11, delayMs: 1 },
  ),
  fc.nat(2_000).map((afterBytes): Fault => ({ kind: 'Reset', when: 'InBody', afterBytes })),
);
const ACTION: fc.Arbitrary<Action> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('put' as const, 'remove' as const), name: NAME }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('strike' as const),
      stroke: fc.constantFrom<Stroke>('Reset', 'Gone', 'Freeze'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('inject' as const),
      verb: fc.constantFrom('list' as const, 'watch' as const),
      fault: FAULT,
      times: fc.integer({ min: 1, max: 3 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refuse' as const), ms: fc.nat(300) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.nat(300) }) },
);

async function perform(action: Action, count: number): Promise<void> {
  switch (action.do) {
    case 'put':
      return hub.put(action.name, `value ${count}`);
    case 'remove':
      return hub.remove(action.name);
    case 'strike':
      hub.proxy.strike(action.stroke);
      return;
    case 'inject':
      hub.proxy.inject(action.fault, { match: reads(action.verb), times: action.times });
      return;
    case 'refuse':
      hub.proxy.refuse();
      await new QuickClock(1).sleep(action.ms);
      return hub.proxy.accept();
    case 'wait':
      return new QuickClock(1).sleep(action.ms);
  }
}

describe(`after any schedule of faults (seed ${SEED})`, () => {
  test('the store equals the server, and every change has been reconciled', {
    timeout: 170_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ACTION, { minLength: 5, maxLength: 25 }), async (actions) => {
        const { informer, run, clock, log } = hub.follow();
        const reconciled = new Map<string, ConfigMap>();
        const atWork = new Set<string>();
        let calls = 0;
        const controller = new Controller({
          name: 'copy',
          workers: 3,
          clock,
          log,
          reconciler: {
            async reconcile(key) {
              const name = keyString(key);
              expect(atWork.has(name)).toBe(false);
              atWork.add(name);
              await clock.sleep(100);
              atWork.delete(name);
              calls += 1;
              if (calls % 3 === 0) throw new Error('fails now and then');
              const object = informer.lister.get(key);
              if (object) reconciled.set(name, object);
              else reconciled.delete(name);
              return DONE;
            },
          },
        });
        watch(informer, controller, itself);
        const stop = new AbortController();
        const working = controller.run(stop.signal);
        run();
        for (const [count, action] of actions.entries()) await perform(action, count);
        hub.proxy.heal();
        await hub.proxy.accept();
        await hub.equals(informer);
        await vi.waitFor(
          async () =>
            expect([...reconciled.entries()].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(
              (await hub.onServer()).map((object) => [`${NS}/${object.metadata.name}`, object]),
            ),
          { timeout: 20_000, interval: 100 },
        );
        expect(
          log.lines.filter(({ level, message }) => level === 'error' && message !== 'Reconcile failed'),
        ).toEqual([]);
        stop.abort(new Error('the run ends'));
        await working;
        await hub.end();
      }),
      { numRuns: 15, seed: SEED, endOnFailure: true },
    );
  });
});
