import type { State } from './state.ts';

/**
 * Min-product by scanning: out[w] = least over the sender's labels t of b[t] + Q(t, w), for every label w
 * of the receiver. Starts from the sender's best label and the same label, then walks the sender's labels
 * in rising b and stops when even the least entry of the row cannot improve: 8 to 9 steps per label at 48.
 * Returns the least of out, which it subtracts.
 *
 * `rows` holds the matrix by row of the receiver, `least` the least entry of each row.
 */
export function sendMessage(
  state: State,
  sender: number,
  receiver: number,
  pair: number,
  rows: number,
  least: Float64Array,
  into: number,
): number {
  const { m, lab, cnt, pos, b, Q, same, msg, sortedAt, sortedB } = state;
  const count = cnt[sender]!;
  const targets = cnt[receiver]!;
  const from = sender * m;
  const to = receiver * m;
  let t0 = 0;
  let b0 = b[0]!;
  for (let t = 1; t < count; t += 1) {
    if (b[t]! < b0) {
      b0 = b[t]!;
      t0 = t;
    }
  }
  const k0 = lab[from + t0]!;
  let largest = Number.NEGATIVE_INFINITY;
  for (let w = 0; w < targets; w += 1) {
    const l = lab[to + w]!;
    let value = b0 + Q[rows + l * m + k0]!;
    const t = pos[from + l]!;
    if (t >= 0) {
      const here = b[t]! + same[pair * m + l]!;
      if (here < value) value = here;
    }
    msg[into + w] = value;
    if (value > largest) largest = value;
  }
  let kept = 0;
  for (let t = 0; t < count; t += 1) {
    const value = b[t]!;
    if (value >= largest || t === t0) continue;
    let at = kept;
    while (at > 0 && sortedB[at - 1]! > value) {
      sortedB[at] = sortedB[at - 1]!;
      sortedAt[at] = sortedAt[at - 1]!;
      at -= 1;
    }
    sortedB[at] = value;
    sortedAt[at] = lab[from + t]!;
    kept += 1;
  }
  let delta = Number.POSITIVE_INFINITY;
  for (let w = 0; w < targets; w += 1) {
    const l = lab[to + w]!;
    const row = rows + l * m;
    let value = msg[into + w]!;
    const limit = least[pair * m + l]!;
    for (let s = 0; s < kept; s += 1) {
      const own = sortedB[s]!;
      if (own + limit >= value) break;
      const through = own + Q[row + sortedAt[s]!]!;
      if (through < value) value = through;
    }
    msg[into + w] = value;
    if (value < delta) delta = value;
  }
  for (let w = 0; w < targets; w += 1) msg[into + w] = msg[into + w]! - delta;
  state.work += 100 + 1.5 * count * targets;
  return delta;
}
