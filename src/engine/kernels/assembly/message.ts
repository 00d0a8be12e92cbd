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

// @ts-ignore: decorator
@inline
function lower(
  out: usize, bytes: usize, own: f32, a: usize, b: usize, c: usize, t: usize,
  fa: v128, fb: v128, fc: v128, limit: v128, big: v128, third: bool, limited: bool,
): void {
  const base = f32x4.splat(own);
  for (let at: usize = 0; at < bytes; at += 16) {
    const cost = costs(a + at, b + at, c + at, t + at, fa, fb, fc, limit, big, third, limited);
    v128.store(out + at, f32x4.pmin(v128.load(out + at), f32x4.add(base, cost)));
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

// @ts-ignore: decorator
@inline
function product(
  from: usize, out: usize, bytes: usize, step: usize, a: usize, b: usize, c: usize, t: usize,
  alpha: f32, beta: f32, gamma: f32, limit: f32, big: f32, third: bool, limited: bool,
): void {
  const fa = f32x4.splat(alpha), fb = f32x4.splat(beta), fc = f32x4.splat(gamma);
  const most = f32x4.splat(limit), penalty = f32x4.splat(big);
  let best: usize = 0;
  let least = load<f32>(from);
  for (let at: usize = 4; at < bytes; at += 4) {
    const own = load<f32>(from + at);
    if (own < least) { least = own; best = at; }
  }
  const none = f32x4.splat(f32.MAX_VALUE);
  for (let at: usize = 0; at < bytes; at += 16) v128.store(out + at, none);
  const first = (best >> 2) * step;
  lower(out, bytes, least, a + first, b + first, c + first, t + first, fa, fb, fc, most, penalty, third, limited);
  let highest = greatest(out, bytes);
  // Rows near the best first: after them fewer of the others can lower anything. Costs are never negative.
  const near = least + (highest - least) * 0.25;
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
  const fa = f32x4.splat(alpha), fb = f32x4.splat(beta), fc = f32x4.splat(gamma);
  const most = f32x4.splat(limit), penalty = f32x4.splat(big), none = f32x4.splat(f32.MAX_VALUE);
  let first: usize = 0;
  for (let at: usize = 0; at < n; at += 4) if (load<f32>(f + at) < load<f32>(f + first)) first = at;
  const zero = i32x4.splat(0);
  for (let at: usize = 0; at < n; at += 16) {
    v128.store(pb + at, none);
    v128.store(ps + at, none);
    v128.store(pk + at, zero);
  }
  let highest: f32 = f32.MAX_VALUE;
  for (let turn: usize = 0; turn <= n; turn += 4) {
    if (turn > 0 && turn - 4 == first) continue;
    const at = turn == 0 ? first : turn - 4;
    const own = load<f32>(f + at);
    if (own >= highest) continue;
    const row = (at >> 2) * s;
    const base = f32x4.splat(own), mine = i32x4.splat(load<i32>(k + at));
    const ra: usize = (<usize>a << 2) + row, rb: usize = (<usize>b << 2) + row, rc: usize = (<usize>c << 2) + row, rt: usize = (<usize>t << 2) + row;
    for (let l: usize = 0; l < n; l += 16) {
      let cost = f32x4.add(f32x4.mul(fa, v128.load(ra + l)), f32x4.mul(fb, v128.load(rb + l)));
      if (third) cost = f32x4.add(cost, f32x4.mul(fc, v128.load(rc + l)));
      if (limited) cost = f32x4.add(cost, v128.and(f32x4.gt(v128.load(rt + l), most), penalty));
      const value = f32x4.add(base, cost);
      const low = v128.load(pb + l), next = v128.load(ps + l), known = v128.load(pk + l);
      const better = f32x4.lt(value, low);
      // What is beaten, or the value itself, is a second only where the classes differ.
      const beaten = v128.bitselect(low, value, better);
      v128.store(ps + l, v128.bitselect(next, f32x4.pmin(next, beaten), i32x4.eq(known, mine)));
      v128.store(pb + l, v128.bitselect(value, low, better));
      v128.store(pk + l, v128.bitselect(mine, known, better));
    }
    if ((turn & 15) == 0) highest = greatest(ps, n);
  }
}
