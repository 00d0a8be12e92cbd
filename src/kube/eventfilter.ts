/** What becomes of an event. */
export type EventVerdict =
  /** Said already within the window, or the object has said too much. */
  | { action: 'Drop'; why: 'Repeat' | 'RateLimited' }
  | { action: 'Create' }
  /** Said before: `count` times in all, under the name of the first. */
  | { action: 'Count'; name: string; count: number };

/** A repeat within this time adds nothing. */
export const WINDOW_MS = 5 * 60_000;

/** API servers forget events after 1 h; a series older than this is begun anew. */
const FORGOTTEN_MS = 50 * 60_000;

/** client-go's spam filter: per object 25 at once, and then one in 5 min. */
const BURST = 25;
const REFILL_MS = 5 * 60_000;

/** Events and objects remembered; the longest unused is forgotten first. */
const CAPACITY = 4096;

interface Said {
  name: string;
  count: number;
  writtenAt: number;
  /** Of the event on the server: when its time to live began. */
  createdAt: number;
}

/**
 * Decides which events are worth a write. Pure but for its memory: times are handed in, in monotonic ms.
 * The memory is bounded, so a forgotten repeat is at worst written again.
 */
export class EventFilter {
  readonly #said = new Map<string, Said>();
  /** Per object: when its bucket would have been full, in virtual time. */
  readonly #buckets = new Map<string, number>();

  /**
   * @param object identity of what the event is about
   * @param what identity of the event among those about the object
   * @param name for the event, should it be created
   */
  judge(object: string, what: string, name: string, now: number): EventVerdict {
    const key = `${object}\0${what}`;
    const said = this.#said.get(key);
    if (said && now - said.writtenAt < WINDOW_MS) {
      said.count += 1;
      return { action: 'Drop', why: 'Repeat' };
    }
    if (!this.#allow(object, now)) return { action: 'Drop', why: 'RateLimited' };
    if (said && now - said.createdAt < FORGOTTEN_MS) {
      said.count += 1;
      said.writtenAt = now;
      return { action: 'Count', name: said.name, count: said.count };
    }
    remember(this.#said, key, { name, count: 1, writtenAt: now, createdAt: now });
    return { action: 'Create' };
  }

  /** The event is not on the server: the next of its kind is created again. */
  forget(object: string, what: string): void {
    this.#said.delete(`${object}\0${what}`);
  }

  #allow(object: string, now: number): boolean {
    const next =
      Math.max(this.#buckets.get(object) ?? Number.NEGATIVE_INFINITY, now - BURST * REFILL_MS) + REFILL_MS;
    if (next > now) return false;
    remember(this.#buckets, object, next);
    return true;
  }
}

function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= CAPACITY) return;
  const oldest = map.keys().next();
  if (!oldest.done) map.delete(oldest.value);
}
