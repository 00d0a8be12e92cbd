/** Amounts that rounding alone makes differ. */
const TOLERANCE = 1e-9;

/**
 * Whether every source can send its whole amount into the sinks that are open to it (Hall's condition, by
 * augmenting paths). Undefined: it can. Otherwise the sources of a bottleneck: all the sinks that are open to
 * them together hold less than they must send. O(sources x sinks) for each of at most sources + sinks paths.
 *
 * @param opened the sinks of a source: `open[start[i]]` to `open[start[i + 1]]`
 */
export function bottleneck(
  amount: Float64Array,
  room: Float64Array,
  { start, open }: { start: Int32Array; open: Int32Array },
): { sources: number[]; sinks: Uint8Array } | undefined {
  const n = amount.length;
  const m = room.length;
  const left = room.slice();
  const flow = new Float64Array(open.length);
  // Mostly everybody finds room without asking others to move: who they are is looked up only then.
  let known: Senders | undefined;
  const seenSource = new Uint8Array(n);
  const seenSink = new Uint8Array(m);
  const viaSink = new Int32Array(m);
  const viaSource = new Int32Array(n);
  const queue = new Int32Array(n);
  for (let i = 0; i < n; i += 1) {
    let rest = amount[i]!;
    for (let e = start[i]!; e < start[i + 1]! && rest > 0; e += 1) {
      const sent = Math.min(rest, left[open[e]!]!);
      if (sent <= 0) continue;
      flow[e] = sent;
      left[open[e]!] = left[open[e]!]! - sent;
      rest -= sent;
    }
    while (rest > TOLERANCE * Math.max(1, amount[i]!)) {
      known ??= sendersOf(m, start, open);
      const { into, owner } = known;
      seenSource.fill(0);
      seenSink.fill(0);
      seenSource[i] = 1;
      queue[0] = i;
      let [head, tail, target] = [0, 1, -1];
      while (head < tail && target < 0) {
        const j = queue[head]!;
        head += 1;
        for (let e = start[j]!; e < start[j + 1]!; e += 1) {
          const k = open[e]!;
          if (seenSink[k]) continue;
          seenSink[k] = 1;
          viaSink[k] = e;
          if (left[k]! > TOLERANCE) {
            target = k;
            break;
          }
          for (const back of into[k]!) {
            const other = owner[back]!;
            if (seenSource[other] || flow[back]! <= TOLERANCE) continue;
            seenSource[other] = 1;
            viaSource[other] = back;
            queue[tail] = other;
            tail += 1;
          }
        }
      }
      if (target < 0) return { sources: [...queue.subarray(0, tail)].sort((a, b) => a - b), sinks: seenSink };
      rest -= augment(i, target, rest, owner);
    }
  }
  return undefined;

  function augment(source: number, sink: number, most: number, owner: Int32Array): number {
    let sent = Math.min(most, left[sink]!);
    for (let k = sink; ; ) {
      const j = owner[viaSink[k]!]!;
      if (j === source) break;
      sent = Math.min(sent, flow[viaSource[j]!]!);
      k = open[viaSource[j]!]!;
    }
    left[sink] = left[sink]! - sent;
    for (let k = sink; ; ) {
      const e = viaSink[k]!;
      flow[e] = flow[e]! + sent;
      const j = owner[e]!;
      if (j === source) return sent;
      flow[viaSource[j]!] = flow[viaSource[j]!]! - sent;
      k = open[viaSource[j]!]!;
    }
  }
}

/** Entries of `open` by sink, and the source of each. */
interface Senders {
  readonly into: readonly (readonly number[])[];
  readonly owner: Int32Array;
}

function sendersOf(sinks: number, start: Int32Array, open: Int32Array): Senders {
  const into: number[][] = Array.from({ length: sinks }, () => []);
  const owner = new Int32Array(open.length);
  for (let i = 0; i + 1 < start.length; i += 1) {
    for (let e = start[i]!; e < start[i + 1]!; e += 1) {
      owner[e] = i;
      into[open[e]!]!.push(e);
    }
  }
  return { into, owner };
}
