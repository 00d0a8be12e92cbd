import type { KubeObject } from '../api/meta.ts';
import type { CacheEvent } from './informer.ts';

/** Whether a change of the cache is worth a reconcile. Adds and deletes always are. */
export type Predicate<C> = (event: CacheEvent<C>) => boolean;

type Meta = Pick<KubeObject, 'metadata'>;

/** The spec changed: status writes, the own ones foremost, wake nobody. */
export const generationChanged: Predicate<Meta> = (event) =>
  onUpdate(event, (old, now) => old.metadata.generation !== now.metadata.generation);

export const labelsChanged: Predicate<Meta> = (event) =>
  onUpdate(event, (old, now) => !sameMap(old.metadata.labels, now.metadata.labels));

export const annotationsChanged: Predicate<Meta> = (event) =>
  onUpdate(event, (old, now) => !sameMap(old.metadata.annotations, now.metadata.annotations));

/** Deletion was asked for: finalizers have work to do. */
export const deletionStarted: Predicate<Meta> = (event) =>
  onUpdate(
    event,
    (old, now) =>
      old.metadata.deletionTimestamp === undefined && now.metadata.deletionTimestamp !== undefined,
  );

export function anyOf<C>(...predicates: Predicate<C>[]): Predicate<C> {
  return (event) => predicates.some((predicate) => predicate(event));
}

function onUpdate<C>(event: CacheEvent<C>, changed: (old: C, now: C) => boolean): boolean {
  return event.old === undefined || event.new === undefined || changed(event.old, event.new);
}

function sameMap(a: Record<string, string> = {}, b: Record<string, string> = {}): boolean {
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => a[key] === b[key]);
}
