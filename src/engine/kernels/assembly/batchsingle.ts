// Inner loops of the batch in single precision.
import * as kernels from './batchrows';

export function combine(into: u32, base: u32, rows: u32, factors: u32, count: u32, length: u32): f32 {
  return kernels.combine<f32>(into, base, rows, factors, count, length);
}

export function addScaled(into: u32, row: u32, factor: f32, length: u32): void {
  kernels.addScaled<f32>(into, row, factor, length);
}

export function give(into: u32, theta: u32, part: f32, message: u32, length: u32): void {
  kernels.give<f32>(into, theta, part, message, length);
}

export function negate(into: u32, row: u32, length: u32): void {
  kernels.negate<f32>(into, row, length);
}

export function lowerTo(into: u32, row: u32, amount: f32, length: u32): void {
  kernels.lowerTo<f32>(into, row, amount, length);
}

export function least(row: u32, length: u32): f32 {
  return kernels.least<f32>(row, length);
}

export function forbid(row: u32, room: u32, amount: f32, big: f32, length: u32): void {
  kernels.forbid<f32>(row, room, amount, big, length);
}

export function fold(
  into: u32, row: u32, s1: u32, s2: u32, s3: u32, f1: f32, f2: f32, f3: f32, starts: u32, groups: u32,
): void {
  kernels.fold<f32>(into, row, s1, s2, s3, f1, f2, f3, starts, groups);
}

export function spread(
  into: u32, row: u32, values: u32, s1: u32, s2: u32, s3: u32, f1: f32, f2: f32, f3: f32, starts: u32,
  groups: u32,
): void {
  kernels.spread<f32>(into, row, values, s1, s2, s3, f1, f2, f3, starts, groups);
}

export function product(
  from: u32, out: u32, length: u32, a: u32, b: u32, c: u32, t: u32, fa: f32, fb: f32, fc: f32, limit: f32,
  big: f32, limited: bool,
): void {
  kernels.product<f32>(from, out, length, a, b, c, t, fa, fb, fc, limit, big, limited);
}

export function topTwo(
  from: u32, classes: u32, best: u32, kind: u32, second: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: f32, fb: f32, fc: f32, limit: f32, big: f32, limited: bool,
): void {
  kernels.topTwo<f32>(from, classes, best, kind, second, length, a, b, c, t, fa, fb, fc, limit, big, limited);
}

export function productApart(
  best: u32, kind: u32, other: u32, classes: u32, out: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: f32, fb: f32, fc: f32, limit: f32, big: f32, limited: bool,
): void {
  kernels.productApart<f32>(
    best, kind, other, classes, out, length, a, b, c, t, fa, fb, fc, limit, big, limited,
  );
}

export function callerLeast(
  best: u32, kind: u32, second: u32, given: u32, classes: u32, farBest: u32, farKind: u32, farSecond: u32,
  s1: u32, s2: u32, s3: u32, f1: f32, f2: f32, f3: f32, starts: u32, groups: u32,
): void {
  kernels.callerLeast<f32>(
    best, kind, second, given, classes, farBest, farKind, farSecond, s1, s2, s3, f1, f2, f3, starts, groups,
  );
}

export function sumApart(
  out: u32, best: u32, kind: u32, second: u32, best2: u32, kind2: u32, second2: u32, length: u32,
): void {
  kernels.sumApart<f32>(out, best, kind, second, best2, kind2, second2, length);
}

export function pick(into: u32, kinds: u32, classes: u32, equal: u32, other: u32, length: u32): void {
  kernels.pick<f32>(into, kinds, classes, equal, other, length);
}

export function foldApart(
  farBest: u32, farKind: u32, farOther: u32, best: u32, kind: u32, second: u32, s1: u32, s2: u32, s3: u32,
  f1: f32, f2: f32, f3: f32, starts: u32, groups: u32,
): void {
  kernels.foldApart<f32>(
    farBest, farKind, farOther, best, kind, second, s1, s2, s3, f1, f2, f3, starts, groups,
  );
}

export function addLeastApart(into: u32, row: u32, classes: u32, length: u32): void {
  kernels.addLeastApart<f32>(into, row, classes, length);
}

export function softDemand(
  theta: u32, length: u32, least: f32, width: f32, use: u32, demand: u32, resources: u32,
): void {
  kernels.softDemand<f32>(theta, length, least, width, use, demand, resources);
}

export function addCosts(
  into: u32, length: u32, a: u32, b: u32, c: u32, d: u32, t: u32, fa: f32, fb: f32, fc: f32, fd: f32,
  limit: f32, big: f32, limited: bool,
): void {
  kernels.addCosts<f32>(into, length, a, b, c, d, t, fa, fb, fc, fd, limit, big, limited);
}
