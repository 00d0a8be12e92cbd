import { canonicalJson } from '../api/hash.ts';
import type { KubeObject } from '../api/meta.ts';

/** OCM refuses works above 500 KiB of manifests, but only where its webhook runs; status grows with objects. */
export const MOST_BYTES = 400_000;
export const MOST_OBJECTS = 100;

/** Identity of a manifest inside one cluster. */
export function manifestKey({
  apiVersion,
  kind,
  metadata,
}: Pick<KubeObject, 'apiVersion' | 'kind' | 'metadata'>): string {
  return `${apiVersion}/${kind}/${metadata.namespace ?? ''}/${metadata.name}`;
}

export interface Split {
  /** Manifests by shard; shard numbers may have gaps where a shard has become empty. */
  shards: Map<number, KubeObject[]>;
  /** Manifests that no work can carry. */
  tooBig: { key: string; bytes: number }[];
}

/**
 * Divides manifests over works of less than 400 kB and at most 100 objects. A manifest stays in the shard
 * where it is (`current`, by manifest key) while there is room: moving an object between works risks a
 * delete before the create. Otherwise the fullest shard with room takes it, largest first.
 */
export function splitManifests(
  manifests: readonly KubeObject[],
  current: ReadonlyMap<string, number>,
): Split {
  const items = manifests.map((manifest) => ({
    manifest,
    key: manifestKey(manifest),
    bytes: byteLength(canonicalJson(manifest)),
  }));
  const tooBig = items.filter(({ bytes }) => bytes >= MOST_BYTES).map(({ key, bytes }) => ({ key, bytes }));
  const bins = new Map<number, { bytes: number; items: typeof items }>();
  const place = (item: (typeof items)[number], shard: number): boolean => {
    const bin = bins.get(shard) ?? { bytes: 0, items: [] };
    if (bin.bytes + item.bytes >= MOST_BYTES || bin.items.length >= MOST_OBJECTS) return false;
    bin.bytes += item.bytes;
    bin.items.push(item);
    bins.set(shard, bin);
    return true;
  };
  const fitting = items.filter(({ bytes }) => bytes < MOST_BYTES);
  const homeless = fitting.filter((item) => {
    const shard = current.get(item.key);
    return shard === undefined || !place(item, shard);
  });
  homeless.sort((a, b) => b.bytes - a.bytes || (a.key < b.key ? -1 : 1));
  for (const item of homeless) {
    const fullest = [...bins].sort(([a, x], [b, y]) => y.bytes - x.bytes || a - b).map(([shard]) => shard);
    if (fullest.some((shard) => place(item, shard))) continue;
    let next = 0;
    while (bins.has(next)) next += 1;
    place(item, next);
  }
  const order = new Map(manifests.map((manifest, at) => [manifestKey(manifest), at]));
  const shards = [...bins]
    .sort(([a], [b]) => a - b)
    .map(([shard, bin]): [number, KubeObject[]] => [
      shard,
      bin.items.sort((a, b) => order.get(a.key)! - order.get(b.key)!).map(({ manifest }) => manifest),
    ]);
  return { shards: new Map(shards), tooBig };
}

/** Bytes of UTF-8. */
function byteLength(text: string): number {
  return new TextEncoder().encode(text).length;
}
