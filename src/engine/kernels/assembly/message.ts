// Min-plus products. Offsets count 32-bit elements from the start of memory; lengths are multiples of four.
// @ts-ignore: decorator
@inline
function costs(
  a: usize, b: usize, c: usize, t: usize, fa: v128, fb: v128, fc: v128, limit: v128, big: v128,
  third: bool, limited: bool,
): v128 {
  let sum = f32x4.add(f32x4.mul(fa, v128.load(a)), f32x4.mul(fb, v128.load(b)));
  if (third) sum = f32x4.add(sum, f32x4.mul(fc, v128.load(c)));
  if (limited) sum = f32x4.add(sum, v128.and(f32x4.gt(v128.load(t), limit), big));
  return sum;
}

// Four columns, then sixteen at a time: one step of the addresses for all of them.
// @ts-ignore: decorator
@inline
function lower(
  out: usize, bytes: usize, own: f32, a: usize, b: usize, c: usize, t: usize,
  fa: v128, fb: v128, fc: v128, limit: v128, big: v128, third: bool, limited: bool,
): void {
  const base = f32x4.splat(own);
  const end = out + bytes;
  while (out + 64 <= end) {
    let x0 = f32x4.add(f32x4.mul(fa, v128.load(a)), f32x4.mul(fb, v128.load(b)));
    if (third) x0 = f32x4.add(x0, f32x4.mul(fc, v128.load(c)));
    if (limited) x0 = f32x4.add(x0, v128.and(f32x4.gt(v128.load(t), limit), big));
    v128.store(out, f32x4.pmin(v128.load(out), f32x4.add(base, x0)));
    let x16 = f32x4.add(f32x4.mul(fa, v128.load(a, 16)), f32x4.mul(fb, v128.load(b, 16)));
    if (third) x16 = f32x4.add(x16, f32x4.mul(fc, v128.load(c, 16)));
    if (limited) x16 = f32x4.add(x16, v128.and(f32x4.gt(v128.load(t, 16), limit), big));
    v128.store(out, f32x4.pmin(v128.load(out, 16), f32x4.add(base, x16)), 16);
    let x32 = f32x4.add(f32x4.mul(fa, v128.load(a, 32)), f32x4.mul(fb, v128.load(b, 32)));
    if (third) x32 = f32x4.add(x32, f32x4.mul(fc, v128.load(c, 32)));
    if (limited) x32 = f32x4.add(x32, v128.and(f32x4.gt(v128.load(t, 32), limit), big));
    v128.store(out, f32x4.pmin(v128.load(out, 32), f32x4.add(base, x32)), 32);
    let x48 = f32x4.add(f32x4.mul(fa, v128.load(a, 48)), f32x4.mul(fb, v128.load(b, 48)));
    if (third) x48 = f32x4.add(x48, f32x4.mul(fc, v128.load(c, 48)));
    if (limited) x48 = f32x4.add(x48, v128.and(f32x4.gt(v128.load(t, 48), limit), big));
    v128.store(out, f32x4.pmin(v128.load(out, 48), f32x4.add(base, x48)), 48);
    out += 64;
    a += 64;
    b += 64;
    if (third) c += 64;
    if (limited) t += 64;
  }
  while (out < end) {
    let x0 = f32x4.add(f32x4.mul(fa, v128.load(a)), f32x4.mul(fb, v128.load(b)));
    if (third) x0 = f32x4.add(x0, f32x4.mul(fc, v128.load(c)));
    if (limited) x0 = f32x4.add(x0, v128.and(f32x4.gt(v128.load(t), limit), big));
    v128.store(out, f32x4.pmin(v128.load(out), f32x4.add(base, x0)));
    out += 16;
    a += 16;
    b += 16;
    if (third) c += 16;
    if (limited) t += 16;
  }
}

function greatest(out: usize, bytes: usize): f32 {
  let most = v128.load(out);
  for (let at: usize = 16; at < bytes; at += 16) most = f32x4.pmax(most, v128.load(out + at));
  return max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
}

function indexOfLeast(row: usize, bytes: usize): usize {
  let best: usize = 0;
  let least = load<f32>(row);
  for (let at: usize = 4; at < bytes; at += 4) {
    const own = load<f32>(row + at);
    if (own < least) { least = own; best = at; }
  }
  return best;
}

function fill(out: usize, bytes: usize): void {
  const none = f32x4.splat(f32.MAX_VALUE);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(out + at, none);
}

const NEAR: f32 = 0.25;

// @ts-ignore: decorator
@inline
function product(
  from: usize, out: usize, bytes: usize, step: usize, a: usize, b: usize, c: usize, t: usize,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const fa = f32x4.splat(alpha), fb = f32x4.splat(beta), fc = f32x4.splat(gamma);
  const most = f32x4.splat(limit), penalty = f32x4.splat(big);
  const best = indexOfLeast(from, bytes);
  const least = load<f32>(from + best);
  fill(out, bytes);
  const first = (best >> 2) * step;
  lower(out, bytes, least, a + first, b + first, c + first, t + first, fa, fb, fc, most, penalty, third, limited);
  let highest = greatest(out, bytes);
  // Rows near the best first: after them fewer of the others can lower anything. Costs are never negative.
  const near = least + (highest - least) * NEAR;
  for (let at: usize = 0; at < bytes; at += 4) {
    const own = load<f32>(from + at);
    if (own > near || at == best) continue;
    const row = (at >> 2) * step;
    lower(out, bytes, own, a + row, b + row, c + row, t + row, fa, fb, fc, most, penalty, third, limited);
  }
  highest = greatest(out, bytes);
  for (let at: usize = 0; at < bytes; at += 4) {
    const own = load<f32>(from + at);
    if (own <= near || own >= highest) continue;
    const row = (at >> 2) * step;
    lower(out, bytes, own, a + row, b + row, c + row, t + row, fa, fb, fc, most, penalty, third, limited);
  }
}

export function message(
  from: u32, out: u32, length: u32, stride: u32, a: u32, b: u32, c: u32, t: u32,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const f: usize = from << 2, o: usize = out << 2, n: usize = length << 2, s: usize = stride << 2;
  const pa: usize = a << 2, pb: usize = b << 2, pc: usize = c << 2, pt: usize = t << 2;
  if (third) {
    if (limited) product(f, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, true, true);
    else product(f, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, true, false);
  } else if (limited) product(f, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, false, true);
  else product(f, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, false, false);
}

export function addCosts(
  into: u32, length: u32, sign: f32, a: u32, b: u32, c: u32, t: u32,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const o: usize = into << 2, n: usize = length << 2;
  const pa: usize = a << 2, pb: usize = b << 2, pc: usize = c << 2, pt: usize = t << 2;
  const fa = f32x4.splat(alpha), fb = f32x4.splat(beta), fc = f32x4.splat(gamma);
  const most = f32x4.splat(limit), penalty = f32x4.splat(big), by = f32x4.splat(sign);
  for (let at: usize = 0; at < n; at += 16) {
    let cost = f32x4.add(f32x4.mul(fa, v128.load(pa + at)), f32x4.mul(fb, v128.load(pb + at)));
    if (third) cost = f32x4.add(cost, f32x4.mul(fc, v128.load(pc + at)));
    if (limited) cost = f32x4.add(cost, v128.and(f32x4.gt(v128.load(pt + at), most), penalty));
    v128.store(o + at, f32x4.add(v128.load(o + at), f32x4.mul(by, cost)));
  }
}

// The same product in double precision, for bounds that are reported: costs shrunk, limits as given.
export function messageExact(
  from: u32, out: u32, length: u32, stride: u32, a: u32, b: u32, c: u32, t: u32,
  alpha: f64, beta: f64, gamma: f64, limit: f32, big: f64, third: bool, limited: bool,
): void {
  const n: usize = length;
  const f: usize = from << 2, o: usize = out << 2;
  let least = load<f64>(f);
  let best: usize = 0;
  for (let k: usize = 0; k < n; k++) {
    const own = load<f64>(f + (k << 3));
    if (own < least) { least = own; best = k; }
    store<f64>(o + (k << 3), f64.MAX_VALUE);
  }
  const fa = f64x2.splat(alpha), fb = f64x2.splat(beta), fc = f64x2.splat(gamma);
  let highest = f64.MAX_VALUE;
  for (let turn: usize = 0; turn <= n; turn++) {
    if (turn > 0 && turn - 1 == best) continue;
    const k: usize = turn == 0 ? best : turn - 1;
    const own = load<f64>(f + (k << 3));
    if (own >= highest) continue;
    const row = (k * stride) << 2;
    const pa: usize = (<usize>a << 2) + row, pb: usize = (<usize>b << 2) + row, pc: usize = (<usize>c << 2) + row, pt: usize = (<usize>t << 2) + row;
    const base = f64x2.splat(own);
    for (let l: usize = 0; l < n; l += 2) {
      const at = l << 2;
      let cost = f64x2.add(
        f64x2.mul(fa, f64x2.promote_low_f32x4(v128.load64_zero(pa + at))),
        f64x2.mul(fb, f64x2.promote_low_f32x4(v128.load64_zero(pb + at))),
      );
      if (third) cost = f64x2.add(cost, f64x2.mul(fc, f64x2.promote_low_f32x4(v128.load64_zero(pc + at))));
      if (limited) {
        const first = load<f32>(pt + at) > limit ? big : 0;
        const second = load<f32>(pt + at + 4) > limit ? big : 0;
        cost = f64x2.add(cost, f64x2(first, second));
      }
      v128.store(o + (l << 3), f64x2.pmin(v128.load(o + (l << 3)), f64x2.add(base, cost)));
    }
    if ((turn & 15) == 0) {
      highest = load<f64>(o);
      for (let l: usize = 1; l < n; l++) highest = max(highest, load<f64>(o + (l << 3)));
    }
  }
}

// The least sum by column, the class of its row, and the least over rows of another class.
export function topTwo(
  from: u32, classes: u32, best: u32, kind: u32, second: u32, length: u32, stride: u32,
  a: u32, b: u32, c: u32, t: u32,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const f: usize = from << 2, k: usize = classes << 2, n: usize = length << 2, s: usize = stride << 2;
  const pb: usize = best << 2, pk: usize = kind << 2, ps: usize = second << 2;
  const pa: usize = a << 2, pq: usize = b << 2, pc: usize = c << 2, pt: usize = t << 2;
  if (third) {
    if (limited) twoLeast(f, k, pb, pk, ps, n, s, pa, pq, pc, pt, alpha, beta, gamma, limit, big, true, true);
    else twoLeast(f, k, pb, pk, ps, n, s, pa, pq, pc, pt, alpha, beta, gamma, limit, big, true, false);
  } else if (limited) twoLeast(f, k, pb, pk, ps, n, s, pa, pq, pc, pt, alpha, beta, gamma, limit, big, false, true);
  else twoLeast(f, k, pb, pk, ps, n, s, pa, pq, pc, pt, alpha, beta, gamma, limit, big, false, false);
}

// @ts-ignore: decorator
@inline
function twoLeast(
  from: usize, classes: usize, best: usize, kind: usize, second: usize, bytes: usize, step: usize,
  a: usize, b: usize, c: usize, t: usize,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const fa = f32x4.splat(alpha), fb = f32x4.splat(beta), fc = f32x4.splat(gamma);
  const most = f32x4.splat(limit), penalty = f32x4.splat(big);
  const first = indexOfLeast(from, bytes);
  fill(best, bytes);
  fill(second, bytes);
  memory.fill(kind, 0, bytes);
  let highest: f32 = f32.MAX_VALUE;
  for (let turn: usize = 0; turn <= bytes; turn += 4) {
    if (turn > 0 && turn - 4 == first) continue;
    const at = turn == 0 ? first : turn - 4;
    const own = load<f32>(from + at);
    if (own >= highest) continue;
    const row = (at >> 2) * step;
    const base = f32x4.splat(own), mine = i32x4.splat(load<i32>(classes + at));
    let ra = a + row, rb = b + row, rc = c + row, rt = t + row, pb = best, pk = kind, ps = second;
    const end = pb + bytes;
    while (pb < end) {
      let x0 = f32x4.add(f32x4.mul(fa, v128.load(ra)), f32x4.mul(fb, v128.load(rb)));
      if (third) x0 = f32x4.add(x0, f32x4.mul(fc, v128.load(rc)));
      if (limited) x0 = f32x4.add(x0, v128.and(f32x4.gt(v128.load(rt), most), penalty));
      x0 = f32x4.add(base, x0);
      const low0 = v128.load(pb), known0 = v128.load(pk);
      const better0 = f32x4.lt(x0, low0);
      // What is beaten, or the value itself, is a second only where the classes differ.
      const beaten0 = v128.bitselect(low0, x0, better0);
      const next0 = v128.load(ps);
      v128.store(ps, v128.bitselect(next0, f32x4.pmin(next0, beaten0), i32x4.eq(known0, mine)));
      v128.store(pb, v128.bitselect(x0, low0, better0));
      v128.store(pk, v128.bitselect(mine, known0, better0));
      pb += 16;
      pk += 16;
      ps += 16;
      ra += 16;
      rb += 16;
      if (third) rc += 16;
      if (limited) rt += 16;
    }
    if ((turn & 15) == 0) highest = greatest(second, bytes);
  }
}

// out[l] = min over k of cost(k, l) + (classes[l] == kinds[k] ? clash[k] : from[k]), where clash is nowhere less.
export function messageApart(
  from: u32, clash: u32, kinds: u32, classes: u32, out: u32, length: u32, stride: u32,
  a: u32, b: u32, c: u32, t: u32,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const f: usize = from << 2, x: usize = clash << 2, k: usize = kinds << 2, q: usize = classes << 2;
  const o: usize = out << 2, n: usize = length << 2, s: usize = stride << 2;
  const pa: usize = a << 2, pb: usize = b << 2, pc: usize = c << 2, pt: usize = t << 2;
  if (third) {
    if (limited) apart(f, x, k, q, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, true, true);
    else apart(f, x, k, q, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, true, false);
  } else if (limited) apart(f, x, k, q, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, false, true);
  else apart(f, x, k, q, o, n, s, pa, pb, pc, pt, alpha, beta, gamma, limit, big, false, false);
}

// @ts-ignore: decorator
@inline
function lowerApart(
  out: usize, bytes: usize, own: f32, clash: f32, kind: i32, classes: usize, a: usize, b: usize, c: usize, t: usize,
  fa: v128, fb: v128, fc: v128, limit: v128, big: v128, third: bool, limited: bool,
): void {
  const free = f32x4.splat(own), pays = f32x4.splat(clash), mine = i32x4.splat(kind);
  const end = out + bytes;
  while (out + 32 <= end) {
    let x0 = f32x4.add(f32x4.mul(fa, v128.load(a)), f32x4.mul(fb, v128.load(b)));
    if (third) x0 = f32x4.add(x0, f32x4.mul(fc, v128.load(c)));
    if (limited) x0 = f32x4.add(x0, v128.and(f32x4.gt(v128.load(t), limit), big));
    const y0 = v128.bitselect(pays, free, i32x4.eq(v128.load(classes), mine));
    v128.store(out, f32x4.pmin(v128.load(out), f32x4.add(x0, y0)));
    let x16 = f32x4.add(f32x4.mul(fa, v128.load(a, 16)), f32x4.mul(fb, v128.load(b, 16)));
    if (third) x16 = f32x4.add(x16, f32x4.mul(fc, v128.load(c, 16)));
    if (limited) x16 = f32x4.add(x16, v128.and(f32x4.gt(v128.load(t, 16), limit), big));
    const y16 = v128.bitselect(pays, free, i32x4.eq(v128.load(classes, 16), mine));
    v128.store(out, f32x4.pmin(v128.load(out, 16), f32x4.add(x16, y16)), 16);
    out += 32;
    classes += 32;
    a += 32;
    b += 32;
    if (third) c += 32;
    if (limited) t += 32;
  }
  if (out < end) {
    let x0 = f32x4.add(f32x4.mul(fa, v128.load(a)), f32x4.mul(fb, v128.load(b)));
    if (third) x0 = f32x4.add(x0, f32x4.mul(fc, v128.load(c)));
    if (limited) x0 = f32x4.add(x0, v128.and(f32x4.gt(v128.load(t), limit), big));
    const y0 = v128.bitselect(pays, free, i32x4.eq(v128.load(classes), mine));
    v128.store(out, f32x4.pmin(v128.load(out), f32x4.add(x0, y0)));
  }
}

// @ts-ignore: decorator
@inline
function apart(
  from: usize, clash: usize, kinds: usize, classes: usize, out: usize, bytes: usize, step: usize,
  a: usize, b: usize, c: usize, t: usize,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const fa = f32x4.splat(alpha), fb = f32x4.splat(beta), fc = f32x4.splat(gamma);
  const most = f32x4.splat(limit), penalty = f32x4.splat(big);
  const best = indexOfLeast(from, bytes);
  const least = load<f32>(from + best);
  fill(out, bytes);
  // The cheapest row, those near it, the others.
  let low = -f32.MAX_VALUE, high = f32.MAX_VALUE;
  for (let stretch = 0; stretch < 3; stretch++) {
    for (let at: usize = 0; at < bytes; at += 4) {
      const own = load<f32>(from + at);
      if (own < low || own >= high || (at == best) != (stretch == 0)) continue;
      const row = (at >> 2) * step;
      lowerApart(
        out, bytes, own, load<f32>(clash + at), load<i32>(kinds + at), classes, a + row, b + row, c + row, t + row,
        fa, fb, fc, most, penalty, third, limited,
      );
    }
    const highest = greatest(out, bytes);
    low = stretch == 0 ? least : high;
    high = stretch == 0 ? least + (highest - least) * NEAR : highest;
  }
}
