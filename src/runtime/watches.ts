import { type KubeObject, keyOf, type ObjectKey } from '../api/meta.ts';
import type { Controller } from './controller.ts';
import type { Informer } from './informer.ts';
import type { Predicate } from './predicates.ts';

/**
 * Wakes a controller for the objects of an informer. `map` turns a cached object into the keys to
 * reconcile; it runs on the old and the new state, so that whoever an object left is woken too.
 */
export function watch<C>(
  informer: Informer<C>,
  controller: Pick<Controller, 'enqueue'>,
  map: (object: C) => readonly ObjectKey[],
  predicate?: Predicate<C>,
): void {
  informer.onEvent((event) => {
    if (predicate && !predicate(event)) return;
    for (const state of [event.old, event.new]) {
      if (state === undefined) continue;
      for (const key of map(state)) controller.enqueue(key);
    }
  });
}

/** Maps an object to itself: the primary kind of a controller. */
export function itself(object: Pick<KubeObject, 'metadata'>): ObjectKey[] {
  return [keyOf(object)];
}

/** Maps an object to its controlling owner of the given kind. */
export function ownerOf(kind: string): (object: Pick<KubeObject, 'metadata'>) => ObjectKey[] {
  return ({ metadata }) =>
    (metadata.ownerReferences ?? [])
      .filter((owner) => owner.controller === true && owner.kind === kind)
      .map((owner) => ({ namespace: metadata.namespace ?? '', name: owner.name }));
}
