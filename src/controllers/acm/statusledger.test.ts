import { expect, test } from 'vitest';
import type { CodecoApp } from '../../api/codeco/v1alpha1/codecoapp.ts';
import { toCachedApp } from './caches.ts';
import { StatusLedger } from './statusledger.ts';
import type { CachedApp } from './view.ts';

function app(resourceVersion: string, revision?: string): CachedApp {
  const object: CodecoApp = {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { namespace: 'shop', name: 'web', uid: 'u1', resourceVersion },
    spec: { 'codecoapp-msspec': [] },
    ...(revision === undefined ? {} : { status: { acceptedRevision: revision } }),
  };
  return toCachedApp(object);
}

test('an own write counts until the cache has caught up, and not a moment longer', () => {
  const ledger = new StatusLedger();
  ledger.wrote(app('9', 'r1'));
  expect(ledger.stored(app('8')).metadata.resourceVersion).toBe('9');
  // As numbers, not as text.
  expect(ledger.stored(app('10', 'r2')).status?.acceptedRevision).toBe('r2');
  expect(ledger.stored(app('8')).metadata.resourceVersion).toBe('8');
});

test('a status that is held back is what the app is judged by, and not what the hub holds', () => {
  const ledger = new StatusLedger();
  ledger.decided(app('8'), { acceptedRevision: 'r1' });
  expect(ledger.latest(app('8')).status?.acceptedRevision).toBe('r1');
  expect(ledger.stored(app('8')).status).toBeUndefined();
  ledger.settled(app('8'));
  expect(ledger.latest(app('8')).status).toBeUndefined();
});

test('only the very version that was written is an echo, and only once', () => {
  const ledger = new StatusLedger();
  ledger.wrote(app('9'));
  expect(ledger.isEcho({ key: { namespace: 'shop', name: 'web' }, old: app('7'), new: app('8') })).toBe(
    false,
  );
  expect(ledger.isEcho({ key: { namespace: 'shop', name: 'web' }, old: app('8'), new: app('9') })).toBe(true);
  expect(ledger.isEcho({ key: { namespace: 'shop', name: 'web' }, old: app('8'), new: app('9') })).toBe(
    false,
  );
});

test('an app that is gone is news, and leaves nothing behind', () => {
  const ledger = new StatusLedger();
  ledger.wrote(app('9'));
  expect(ledger.isEcho({ key: { namespace: 'shop', name: 'web' }, old: app('9') })).toBe(false);
  expect(ledger.isEcho({ key: { namespace: 'shop', name: 'web' }, new: app('9') })).toBe(false);
});

test('after a refused write only the cache is right', () => {
  const ledger = new StatusLedger();
  ledger.wrote(app('9', 'r1'));
  ledger.decided(app('9'), { acceptedRevision: 'r2' });
  ledger.forget(app('8'));
  expect(ledger.latest(app('8'))).toEqual(app('8'));
});
