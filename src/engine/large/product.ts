import { paddedLabels } from './labels.ts';
import type { LargeState } from './state.ts';
import { BIG, type Coefficients, type Factor, FORBIDDEN, LIMIT } from './terms.ts';

/** Rows of the caller ('Calling': from caller to callee) or of the callee. */
export type Direction = 'Calling' | 'Called';

/** What padding costs and offers: more than any label does. */
export const FAR = FORBIDDEN;

/**
 * What a member leaves its factor, by label, into a row. Padding offers nothing: what its messages say is of
 * other labels than those that it fills up now, and in the first sweep after a split of none.
 */
export function offer(state: LargeState, message: number, into: number): void {
  const { kernels, f32 } = state.matrices.arena;
  const length = paddedLabels(state);
  kernels.negate(into, message, length);
  f32.fill(FAR, into + state.labels, into + length);
}

/** out[l] = min over labels k of from[k] + cost, where `from` belongs to the caller (Calling) or the callee. */
export function multiply(
  state: LargeState,
  terms: Coefficients,
  direction: Direction,
  from: number,
  out: number,
): void {
  const { labelMatrix, matrices, stride } = state;
  const side = direction === 'Calling' ? 'byCaller' : 'byCallee';
  const length = paddedLabels(state);
  matrices.arena.kernels.message(
    from,
    out,
    length,
    stride,
    labelMatrix.delay[side],
    labelMatrix.volume[side],
    labelMatrix.loss[side],
    labelLimit(state, terms, side),
    terms.perMs,
    terms.perVolume,
    terms.perNat,
    terms.most,
    BIG,
    terms.perNat > 0,
    terms.limit !== LIMIT.None,
  );
  matrices.arena.f32.fill(FAR, out + state.labels, out + length);
  state.work += (length * length) >> 2;
}

/** The same in double precision, every entry shrunk so that rounding never makes it larger than the truth. */
export function multiplyExact(
  state: LargeState,
  terms: Coefficients,
  direction: Direction,
  from: number,
  out: number,
): void {
  const { labelMatrix, matrices, stride } = state;
  const side = direction === 'Calling' ? 'byCaller' : 'byCallee';
  const length = paddedLabels(state);
  matrices.arena.kernels.messageExact(
    from,
    out,
    length,
    stride,
    labelMatrix.delay[side],
    labelMatrix.volume[side],
    labelMatrix.loss[side],
    labelLimit(state, terms, side),
    terms.perMs * SHRINK,
    terms.perVolume * SHRINK,
    terms.perNat * SHRINK,
    terms.most,
    BIG,
    terms.perNat > 0,
    terms.limit !== LIMIT.None,
  );
  state.work += length * length;
}

/** More than single precision can round a value up. */
export const SHRINK = 1 - 1.2e-7;

/** Offset of the matrix between labels that a limit is held against. */
export function labelLimit(
  state: LargeState,
  { limit }: Coefficients,
  side: 'byCaller' | 'byCallee',
): number {
  switch (limit) {
    case LIMIT.None:
    case LIMIT.Delay:
      return state.labelMatrix.hard[side];
    case LIMIT.SameLocation:
      return state.mask.differ;
    case LIMIT.OtherLocation:
      return state.mask.same;
    case LIMIT.OtherZone:
      return state.mask.zone;
  }
}

/** into += sign * the cost of the pair on every position, the other end on position p; exact rules included. */
export function addRow(
  state: LargeState,
  terms: Factor,
  direction: Direction,
  p: number,
  into: number,
  sign: 1 | -1 = 1,
): void {
  const { matrices, m } = state;
  const { kernels, f32 } = matrices.arena;
  const side = direction === 'Calling' ? 'byCaller' : 'byCallee';
  const { perMs, perVolume, perNat, limit } = terms;
  const penalty = sign * terms.penalty;
  if (perMs > 0 || perVolume > 0 || perNat > 0 || limit === LIMIT.Delay) {
    const row = p * m;
    const limits = matrices.hard[side] + row;
    kernels.addCosts(
      into,
      m,
      sign,
      matrices.delay[side] + row,
      matrices.volume[side] + row,
      matrices.loss[side] + row,
      limits,
      perMs,
      perVolume,
      perNat,
      terms.most,
      terms.penalty,
      perNat > 0,
      limit === LIMIT.Delay,
    );
    state.work += m >> 2;
  }
  if (limit === LIMIT.SameLocation) {
    const own = f32[into + p]!;
    kernels.addConstant(into, penalty, m);
    f32[into + p] = own;
  } else if (limit === LIMIT.OtherLocation) f32[into + p] = f32[into + p]! + penalty;
  else if (limit === LIMIT.OtherZone)
    for (const q of matrices.zoneMembers[matrices.zone[p]!]!) f32[into + q] = f32[into + q]! + penalty;
}

/** Cost of a pair on two positions. */
export function pairAt(state: LargeState, terms: Factor, caller: number, callee: number): number {
  const { matrices, m } = state;
  const { f32 } = matrices.arena;
  const at = caller * m + callee;
  const cost =
    terms.perMs * f32[matrices.delay.byCaller + at]! +
    terms.perVolume * f32[matrices.volume.byCaller + at]! +
    terms.perNat * f32[matrices.loss.byCaller + at]!;
  return breaks(state, terms, caller, callee) ? cost + terms.penalty : cost;
}

/** Whether a pair on two positions breaks its hard rule. */
export function breaks(
  state: LargeState,
  { limit, most }: Coefficients,
  caller: number,
  callee: number,
): boolean {
  const { matrices, m } = state;
  switch (limit) {
    case LIMIT.None:
      return false;
    case LIMIT.Delay:
      return matrices.arena.f32[matrices.hard.byCaller + caller * m + callee]! > most;
    case LIMIT.SameLocation:
      return caller !== callee;
    case LIMIT.OtherLocation:
      return caller === callee;
    case LIMIT.OtherZone:
      return matrices.zone[caller] === matrices.zone[callee];
  }
}
