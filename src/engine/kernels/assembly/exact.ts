// Products of two channels in double precision, for bounds that are reported. A number takes two elements, an
// integer too; offsets still count elements.

// @ts-ignore: decorator
@inline
function costs(
  a: usize, b: usize, c: usize, t: usize, fa: v128, fb: v128, fc: v128, limit: f32, big: f64, third: bool, limited: bool,
): v128 {
  let sum = f64x2.add(
    f64x2.mul(fa, f64x2.promote_low_f32x4(v128.load64_zero(a))),
    f64x2.mul(fb, f64x2.promote_low_f32x4(v128.load64_zero(b))),
  );
  if (third) sum = f64x2.add(sum, f64x2.mul(fc, f64x2.promote_low_f32x4(v128.load64_zero(c))));
  if (limited) sum = f64x2.add(sum, f64x2(load<f32>(t) > limit ? big : 0, load<f32>(t, 4) > limit ? big : 0));
  return sum;
}

function indexOfLeast(row: usize, length: usize): usize {
  let best: usize = 0;
  for (let k: usize = 1; k < length; k++) if (load<f64>(row + (k << 3)) < load<f64>(row + (best << 3))) best = k;
  return best;
}

function greatest(row: usize, length: usize): f64 {
  let most = load<f64>(row);
  for (let k: usize = 1; k < length; k++) most = max(most, load<f64>(row + (k << 3)));
  return most;
}

// The least sum by column, the class of its row, and the least over rows of another class.
export function topTwoExact(
  from: u32, classes: u32, best: u32, kind: u32, second: u32, length: u32, stride: u32,
  a: u32, b: u32, c: u32, t: u32,
  alpha: f64, beta: f64, gamma: f64, limit: f32, big: f64, third: bool, limited: bool,
): void {
  const n: usize = length;
  const f: usize = from << 2, q: usize = classes << 2, pb: usize = best << 2, pk: usize = kind << 2, ps: usize = second << 2;
  const fa = f64x2.splat(alpha), fb = f64x2.splat(beta), fc = f64x2.splat(gamma), none = f64x2.splat(f64.MAX_VALUE);
  const first = indexOfLeast(f, n);
  for (let at: usize = 0; at < n << 3; at += 16) {
    v128.store(pb + at, none);
    v128.store(ps + at, none);
    v128.store(pk + at, i64x2.splat(0));
  }
  let highest = f64.MAX_VALUE;
  for (let turn: usize = 0; turn <= n; turn++) {
    if (turn > 0 && turn - 1 == first) continue;
    const k: usize = turn == 0 ? first : turn - 1;
    const own = load<f64>(f + (k << 3));
    if (own >= highest) continue;
    const row = (k * stride) << 2;
    const base = f64x2.splat(own), mine = i64x2.splat(load<i64>(q + (k << 3)));
    let ra: usize = (<usize>a << 2) + row, rb: usize = (<usize>b << 2) + row;
    let rc: usize = (<usize>c << 2) + row, rt: usize = (<usize>t << 2) + row;
    for (let at: usize = 0; at < n << 3; at += 16) {
      const value = f64x2.add(base, costs(ra, rb, rc, rt, fa, fb, fc, limit, big, third, limited));
      const low = v128.load(pb + at), next = v128.load(ps + at), known = v128.load(pk + at);
      const better = f64x2.lt(value, low);
      const beaten = v128.bitselect(low, value, better);
      v128.store(ps + at, v128.bitselect(next, f64x2.pmin(next, beaten), i64x2.eq(known, mine)));
      v128.store(pb + at, v128.bitselect(value, low, better));
      v128.store(pk + at, v128.bitselect(mine, known, better));
      ra += 8;
      rb += 8;
      rc += 8;
      rt += 8;
    }
    if ((turn & 3) == 0) highest = greatest(ps, n);
  }
}

// out[l] = min over k of cost(k, l) + (classes[l] == kinds[k] ? clash[k] : from[k]), where clash is nowhere less.
export function messageApartExact(
  from: u32, clash: u32, kinds: u32, classes: u32, out: u32, length: u32, stride: u32,
  a: u32, b: u32, c: u32, t: u32,
  alpha: f64, beta: f64, gamma: f64, limit: f32, big: f64, third: bool, limited: bool,
): void {
  const n: usize = length;
  const f: usize = from << 2, x: usize = clash << 2, q: usize = kinds << 2, w: usize = classes << 2, o: usize = out << 2;
  const fa = f64x2.splat(alpha), fb = f64x2.splat(beta), fc = f64x2.splat(gamma), none = f64x2.splat(f64.MAX_VALUE);
  const first = indexOfLeast(f, n);
  for (let at: usize = 0; at < n << 3; at += 16) v128.store(o + at, none);
  let highest = f64.MAX_VALUE;
  for (let turn: usize = 0; turn <= n; turn++) {
    if (turn > 0 && turn - 1 == first) continue;
    const k: usize = turn == 0 ? first : turn - 1;
    const own = load<f64>(f + (k << 3));
    if (own >= highest) continue;
    const row = (k * stride) << 2;
    const free = f64x2.splat(own), pays = f64x2.splat(load<f64>(x + (k << 3)));
    const mine = i64x2.splat(load<i64>(q + (k << 3)));
    let ra: usize = (<usize>a << 2) + row, rb: usize = (<usize>b << 2) + row;
    let rc: usize = (<usize>c << 2) + row, rt: usize = (<usize>t << 2) + row;
    for (let at: usize = 0; at < n << 3; at += 16) {
      const offer = v128.bitselect(pays, free, i64x2.eq(v128.load(w + at), mine));
      const sum = f64x2.add(costs(ra, rb, rc, rt, fa, fb, fc, limit, big, third, limited), offer);
      v128.store(o + at, f64x2.pmin(v128.load(o + at), sum));
      ra += 8;
      rb += 8;
      rc += 8;
      rt += 8;
    }
    if ((turn & 3) == 0) highest = greatest(o, n);
  }
}
