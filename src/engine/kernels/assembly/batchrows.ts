// Inner loops of the batch, in single or double precision. Offsets of rows count elements of the precision,
// those of integers elements of 32 bits; lengths and stretches are multiples of four.

// @ts-ignore: decorator
@inline
function at<T>(element: u32): usize { return <usize>element << alignof<T>(); }

// @ts-ignore: decorator
@inline
function most<T>(): T { return <T>f32.MAX_VALUE; }

// @ts-ignore: decorator
@inline
function times<T>(a: v128, b: v128): v128 { return v128.mul<T>(a, b); }

// @ts-ignore: decorator
@inline
function leastLane<T>(low: v128): T {
  if (sizeof<T>() == 8) {
    return min<T>(v128.extract_lane<T>(low, 0), v128.extract_lane<T>(low, 1));
  } else {
    return min<T>(
      min<T>(v128.extract_lane<T>(low, 0), v128.extract_lane<T>(low, 1)),
      min<T>(v128.extract_lane<T>(low, 2), v128.extract_lane<T>(low, 3)),
    );
  }
}

// f1 * s1 + f2 * s2 + f3 * s3
// @ts-ignore: decorator
@inline
function three<T>(p: usize, s1: usize, s2: usize, s3: usize, f1: v128, f2: v128, f3: v128): v128 {
  return v128.add<T>(
    v128.add<T>(times<T>(f1, v128.load(s1 + p)), times<T>(f2, v128.load(s2 + p))),
    times<T>(f3, v128.load(s3 + p)),
  );
}

// @ts-ignore: decorator
@inline
export function combine<T>(into: u32, base: u32, rows: u32, factors: u32, count: u32, length: u32): T {
  const n = at<T>(length), o = at<T>(into), b = at<T>(base), f = at<T>(factors);
  const r: usize = <usize>rows << 2;
  let low = v128.splat<T>(most<T>());
  let p: usize = 0;
  for (; p + 64 <= n; p += 64) {
    let s0 = v128.load(b + p), s1 = v128.load(b + p, 16), s2 = v128.load(b + p, 32), s3 = v128.load(b + p, 48);
    for (let i: usize = 0; i < <usize>count; i++) {
      const row = at<T>(load<u32>(r + (i << 2))) + p;
      const by = v128.splat<T>(load<T>(f + (i << alignof<T>())));
      s0 = v128.add<T>(s0, times<T>(by, v128.load(row)));
      s1 = v128.add<T>(s1, times<T>(by, v128.load(row, 16)));
      s2 = v128.add<T>(s2, times<T>(by, v128.load(row, 32)));
      s3 = v128.add<T>(s3, times<T>(by, v128.load(row, 48)));
    }
    v128.store(o + p, s0);
    v128.store(o + p, s1, 16);
    v128.store(o + p, s2, 32);
    v128.store(o + p, s3, 48);
    low = v128.pmin<T>(low, v128.pmin<T>(v128.pmin<T>(s0, s1), v128.pmin<T>(s2, s3)));
  }
  for (; p < n; p += 16) {
    let s = v128.load(b + p);
    for (let i: usize = 0; i < <usize>count; i++) {
      const by = v128.splat<T>(load<T>(f + (i << alignof<T>())));
      s = v128.add<T>(s, times<T>(by, v128.load(at<T>(load<u32>(r + (i << 2))) + p)));
    }
    v128.store(o + p, s);
    low = v128.pmin<T>(low, s);
  }
  return leastLane<T>(low);
}

// @ts-ignore: decorator
@inline
export function addScaled<T>(into: u32, row: u32, factor: T, length: u32): void {
  const o = at<T>(into), r = at<T>(row), n = at<T>(length), by = v128.splat<T>(factor);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.add<T>(v128.load(o + p), times<T>(by, v128.load(r + p))));
}

// @ts-ignore: decorator
@inline
export function give<T>(into: u32, theta: u32, part: T, message: u32, length: u32): void {
  const o = at<T>(into), t = at<T>(theta), m = at<T>(message), n = at<T>(length), by = v128.splat<T>(part);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.sub<T>(times<T>(by, v128.load(t + p)), v128.load(m + p)));
}

// @ts-ignore: decorator
@inline
export function negate<T>(into: u32, row: u32, length: u32): void {
  const o = at<T>(into), r = at<T>(row), n = at<T>(length);
  for (let p: usize = 0; p < n; p += 16) v128.store(o + p, v128.neg<T>(v128.load(r + p)));
}

// @ts-ignore: decorator
@inline
export function lowerTo<T>(into: u32, row: u32, amount: T, length: u32): void {
  const o = at<T>(into), r = at<T>(row), n = at<T>(length), by = v128.splat<T>(amount);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.pmin<T>(v128.load(o + p), v128.add<T>(v128.load(r + p), by)));
}

// @ts-ignore: decorator
@inline
export function least<T>(row: u32, length: u32): T {
  const r = at<T>(row), n = at<T>(length);
  let low = v128.load(r);
  for (let p: usize = 16; p < n; p += 16) low = v128.pmin<T>(low, v128.load(r + p));
  return leastLane<T>(low);
}

// @ts-ignore: decorator
@inline
export function forbid<T>(row: u32, room: u32, amount: T, big: T, length: u32): void {
  const o = at<T>(row), r = at<T>(room), n = at<T>(length);
  const need = v128.splat<T>(amount), by = v128.splat<T>(big);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.add<T>(v128.load(o + p), v128.and(v128.lt<T>(v128.load(r + p), need), by)));
}

// @ts-ignore: decorator
@inline
export function fold<T>(
  into: u32, row: u32, s1: u32, s2: u32, s3: u32, f1: T, f2: T, f3: T, starts: u32, groups: u32,
): void {
  const r = at<T>(row), p1 = at<T>(s1), p2 = at<T>(s2), p3 = at<T>(s3);
  const v1 = v128.splat<T>(f1), v2 = v128.splat<T>(f2), v3 = v128.splat<T>(f3);
  const bounds: usize = <usize>starts << 2;
  let p = at<T>(load<u32>(bounds));
  for (let g: usize = 0; g < <usize>groups; g++) {
    const end = at<T>(load<u32>(bounds + ((g + 1) << 2)));
    let low = v128.splat<T>(most<T>());
    for (; p < end; p += 16)
      low = v128.pmin<T>(low, v128.add<T>(v128.load(r + p), three<T>(p, p1, p2, p3, v1, v2, v3)));
    store<T>(at<T>(into) + (g << alignof<T>()), leastLane<T>(low));
  }
}

// @ts-ignore: decorator
@inline
export function spread<T>(
  into: u32, row: u32, values: u32, s1: u32, s2: u32, s3: u32, f1: T, f2: T, f3: T, starts: u32, groups: u32,
): void {
  const o = at<T>(into), r = at<T>(row), p1 = at<T>(s1), p2 = at<T>(s2), p3 = at<T>(s3);
  const v1 = v128.splat<T>(f1), v2 = v128.splat<T>(f2), v3 = v128.splat<T>(f3);
  const bounds: usize = <usize>starts << 2;
  let p = at<T>(load<u32>(bounds));
  for (let g: usize = 0; g < <usize>groups; g++) {
    const end = at<T>(load<u32>(bounds + ((g + 1) << 2)));
    const base = v128.splat<T>(load<T>(at<T>(values) + (g << alignof<T>())));
    for (; p < end; p += 16)
      v128.store(o + p, v128.pmin<T>(v128.load(r + p), v128.add<T>(base, three<T>(p, p1, p2, p3, v1, v2, v3))));
  }
}

// @ts-ignore: decorator
@inline
function cost<T>(
  q: usize, a: usize, b: usize, c: usize, t: usize, fa: v128, fb: v128, fc: v128, limit: v128, big: v128,
  limited: bool,
): v128 {
  const sum = three<T>(q, a, b, c, fa, fb, fc);
  return limited ? v128.add<T>(sum, v128.and(v128.gt<T>(v128.load(t + q), limit), big)) : sum;
}

// @ts-ignore: decorator
@inline
function lowest<T>(
  from: u32, out: u32, length: u32, a: usize, b: usize, c: usize, t: usize,
  fa: T, fb: T, fc: T, limit: T, big: T, limited: bool,
): void {
  const n = at<T>(length), o = at<T>(out), f = at<T>(from), one = at<T>(1);
  const va = v128.splat<T>(fa), vb = v128.splat<T>(fb), vc = v128.splat<T>(fc);
  const vl = v128.splat<T>(limit), vp = v128.splat<T>(big);
  let best: usize = 0;
  for (let k: usize = one; k < n; k += one) if (load<T>(f + k) < load<T>(f + best)) best = k;
  const first = v128.splat<T>(load<T>(f + best));
  let row = (best >> alignof<T>()) * n;
  let high = v128.splat<T>(-most<T>());
  for (let p: usize = 0; p < n; p += 16) {
    const value = v128.add<T>(first, cost<T>(p, a + row, b + row, c + row, t + row, va, vb, vc, vl, vp, limited));
    v128.store(o + p, value);
    high = v128.pmax<T>(high, value);
  }
  // Costs are never negative: rows above all that is known lower nothing.
  let top = -leastLane<T>(v128.neg<T>(high));
  let done: u32 = 0;
  row = 0;
  for (let k: usize = 0; k < n; k += one, row += n) {
    const own = load<T>(f + k);
    if (own >= top || k == best) continue;
    const base = v128.splat<T>(own);
    high = v128.splat<T>(-most<T>());
    for (let p: usize = 0; p < n; p += 16) {
      const value = v128.add<T>(base, cost<T>(p, a + row, b + row, c + row, t + row, va, vb, vc, vl, vp, limited));
      const low = v128.pmin<T>(v128.load(o + p), value);
      v128.store(o + p, low);
      high = v128.pmax<T>(high, low);
    }
    done += 1;
    if ((done & 7) == 0) top = -leastLane<T>(v128.neg<T>(high));
  }
}

// @ts-ignore: decorator
@inline
export function product<T>(
  from: u32, out: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: T, fb: T, fc: T, limit: T, big: T, limited: bool,
): void {
  const pa = at<T>(a), pb = at<T>(b), pc = at<T>(c), pt = at<T>(t);
  if (limited) lowest<T>(from, out, length, pa, pb, pc, pt, fa, fb, fc, limit, big, true);
  else lowest<T>(from, out, length, pa, pb, pc, pt, fa, fb, fc, limit, big, false);
}

// @ts-ignore: decorator
@inline
export function topTwo<T>(
  from: u32, classes: u32, best: u32, kind: u32, second: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: T, fb: T, fc: T, limit: T, big: T, limited: bool,
): void {
  const n = at<T>(length), f = at<T>(from), k = at<T>(classes), one = at<T>(1);
  const pb = at<T>(best), pk = at<T>(kind), ps = at<T>(second);
  const va = v128.splat<T>(fa), vb = v128.splat<T>(fb), vc = v128.splat<T>(fc);
  const vl = v128.splat<T>(limit), vp = v128.splat<T>(big);
  const none = v128.splat<T>(most<T>()), nobody = v128.splat<T>(<T>-1e9);
  for (let p: usize = 0; p < n; p += 16) {
    v128.store(pb + p, none);
    v128.store(pk + p, nobody);
    v128.store(ps + p, none);
  }
  let ra = at<T>(a), rb = at<T>(b), rc = at<T>(c), rt = at<T>(t);
  for (let h: usize = 0; h < n; h += one, ra += n, rb += n, rc += n, rt += n) {
    const own = load<T>(f + h);
    if (own >= <T>1e30) continue;
    const base = v128.splat<T>(own), mine = v128.splat<T>(load<T>(k + h));
    for (let p: usize = 0; p < n; p += 16) {
      const value = v128.add<T>(base, cost<T>(p, ra, rb, rc, rt, va, vb, vc, vl, vp, limited));
      const low = v128.load(pb + p), next = v128.load(ps + p), known = v128.load(pk + p);
      const better = v128.lt<T>(value, low);
      // What is beaten, or the value itself, is a second only where the classes differ.
      const beaten = v128.bitselect(low, value, better);
      v128.store(ps + p, v128.bitselect(next, v128.pmin<T>(next, beaten), v128.eq<T>(known, mine)));
      v128.store(pb + p, v128.bitselect(value, low, better));
      v128.store(pk + p, v128.bitselect(mine, known, better));
    }
  }
}

// @ts-ignore: decorator
@inline
export function productApart<T>(
  best: u32, kind: u32, other: u32, classes: u32, out: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: T, fb: T, fc: T, limit: T, big: T, limited: bool,
): void {
  const n = at<T>(length), o = at<T>(out), one = at<T>(1);
  const pb = at<T>(best), pk = at<T>(kind), po = at<T>(other), pc = at<T>(classes);
  const va = v128.splat<T>(fa), vb = v128.splat<T>(fb), vc = v128.splat<T>(fc);
  const vl = v128.splat<T>(limit), vp = v128.splat<T>(big), none = v128.splat<T>(most<T>());
  for (let p: usize = 0; p < n; p += 16) v128.store(o + p, none);
  let ra = at<T>(a), rb = at<T>(b), rc = at<T>(c), rt = at<T>(t);
  for (let h: usize = 0; h < n; h += one, ra += n, rb += n, rc += n, rt += n) {
    if (load<T>(pb + h) >= <T>1e30) continue;
    const low = v128.splat<T>(load<T>(pb + h)), next = v128.splat<T>(load<T>(po + h));
    const mine = v128.splat<T>(load<T>(pk + h));
    for (let p: usize = 0; p < n; p += 16) {
      const own = v128.bitselect(next, low, v128.eq<T>(v128.load(pc + p), mine));
      const value = v128.add<T>(own, cost<T>(p, ra, rb, rc, rt, va, vb, vc, vl, vp, limited));
      v128.store(o + p, v128.pmin<T>(v128.load(o + p), value));
    }
  }
}

// @ts-ignore: decorator
@inline
export function callerLeast<T>(
  best: u32, kind: u32, second: u32, given: u32, classes: u32, farBest: u32, farKind: u32, farSecond: u32,
  s1: u32, s2: u32, s3: u32, f1: T, f2: T, f3: T, starts: u32, groups: u32,
): void {
  const pb = at<T>(best), pk = at<T>(kind), ps = at<T>(second), pg = at<T>(given), pc = at<T>(classes);
  const p1 = at<T>(s1), p2 = at<T>(s2), p3 = at<T>(s3);
  const v1 = v128.splat<T>(f1), v2 = v128.splat<T>(f2), v3 = v128.splat<T>(f3);
  const bounds: usize = <usize>starts << 2;
  let p = at<T>(load<u32>(bounds));
  for (let g: usize = 0; g < <usize>groups; g++) {
    const end = at<T>(load<u32>(bounds + ((g + 1) << 2)));
    const e = g << alignof<T>();
    const vb = v128.splat<T>(load<T>(at<T>(farBest) + e)), vk = v128.splat<T>(load<T>(at<T>(farKind) + e));
    const vs = v128.splat<T>(load<T>(at<T>(farSecond) + e));
    for (; p < end; p += 16) {
      const sum = three<T>(p, p1, p2, p3, v1, v2, v3);
      const far = v128.add<T>(vb, sum), next = v128.add<T>(vs, sum);
      const own = v128.load(pg + p), mine = v128.load(pc + p);
      const near = v128.lt<T>(own, far);
      v128.store(pb + p, v128.bitselect(own, far, near));
      v128.store(pk + p, v128.bitselect(mine, vk, near));
      const apart = v128.bitselect(far, v128.pmin<T>(next, own), near);
      v128.store(ps + p, v128.bitselect(next, apart, v128.eq<T>(mine, vk)));
    }
  }
}

// @ts-ignore: decorator
@inline
export function sumApart<T>(
  out: u32, best: u32, kind: u32, second: u32, best2: u32, kind2: u32, second2: u32, length: u32,
): void {
  const o = at<T>(out), n = at<T>(length);
  const b1 = at<T>(best), k1 = at<T>(kind), s1 = at<T>(second);
  const b2 = at<T>(best2), k2 = at<T>(kind2), s2 = at<T>(second2);
  for (let p: usize = 0; p < n; p += 16) {
    const one = v128.load(b1 + p), two = v128.load(b2 + p);
    const clash = v128.eq<T>(v128.load(k1 + p), v128.load(k2 + p));
    const apart = v128.pmin<T>(v128.add<T>(one, v128.load(s2 + p)), v128.add<T>(v128.load(s1 + p), two));
    v128.store(o + p, v128.bitselect(apart, v128.add<T>(one, two), clash));
  }
}

// @ts-ignore: decorator
@inline
export function pick<T>(into: u32, kinds: u32, classes: u32, equal: u32, other: u32, length: u32): void {
  const o = at<T>(into), k = at<T>(kinds), c = at<T>(classes), e = at<T>(equal), x = at<T>(other), n = at<T>(length);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.bitselect(v128.load(e + p), v128.load(x + p), v128.eq<T>(v128.load(k + p), v128.load(c + p))));
}

// @ts-ignore: decorator
@inline
export function foldApart<T>(
  farBest: u32, farKind: u32, farOther: u32, best: u32, kind: u32, second: u32,
  s1: u32, s2: u32, s3: u32, f1: T, f2: T, f3: T, starts: u32, groups: u32,
): void {
  const pb = at<T>(best), pk = at<T>(kind), ps = at<T>(second);
  const p1 = at<T>(s1), p2 = at<T>(s2), p3 = at<T>(s3);
  const v1 = v128.splat<T>(f1), v2 = v128.splat<T>(f2), v3 = v128.splat<T>(f3);
  const bounds: usize = <usize>starts << 2;
  for (let g: usize = 0; g < <usize>groups; g++) {
    const begin = at<T>(load<u32>(bounds + (g << 2))), end = at<T>(load<u32>(bounds + ((g + 1) << 2)));
    const e = g << alignof<T>();
    let low = v128.splat<T>(most<T>()), owner = v128.splat<T>(<T>-1e9);
    for (let p = begin; p < end; p += 16) {
      const value = v128.add<T>(v128.load(pb + p), three<T>(p, p1, p2, p3, v1, v2, v3));
      const better = v128.lt<T>(value, low);
      low = v128.bitselect(value, low, better);
      owner = v128.bitselect(v128.load(pk + p), owner, better);
    }
    // Of equal ones the class with the lowest number.
    const least = leastLane<T>(low);
    const equal = v128.eq<T>(low, v128.splat<T>(least));
    const mine = leastLane<T>(v128.bitselect(owner, v128.splat<T>(most<T>()), equal));
    const taken = v128.splat<T>(mine);
    let other = v128.splat<T>(most<T>());
    for (let p = begin; p < end; p += 16) {
      const own = v128.bitselect(v128.load(ps + p), v128.load(pb + p), v128.eq<T>(v128.load(pk + p), taken));
      other = v128.pmin<T>(other, v128.add<T>(own, three<T>(p, p1, p2, p3, v1, v2, v3)));
    }
    store<T>(at<T>(farBest) + e, least);
    store<T>(at<T>(farKind) + e, mine);
    store<T>(at<T>(farOther) + e, leastLane<T>(other));
  }
}

// @ts-ignore: decorator
@inline
export function addLeastApart<T>(into: u32, row: u32, classes: u32, length: u32): void {
  const o = at<T>(into), r = at<T>(row), c = at<T>(classes), n = at<T>(length);
  let low = v128.splat<T>(most<T>()), owner = v128.splat<T>(<T>-1e9);
  for (let p: usize = 0; p < n; p += 16) {
    const value = v128.load(r + p), better = v128.lt<T>(value, low);
    low = v128.bitselect(value, low, better);
    owner = v128.bitselect(v128.load(c + p), owner, better);
  }
  const least = leastLane<T>(low), none = v128.splat<T>(most<T>());
  const equal = v128.eq<T>(low, v128.splat<T>(least));
  const taken = v128.splat<T>(leastLane<T>(v128.bitselect(owner, none, equal)));
  let next = none;
  for (let p: usize = 0; p < n; p += 16)
    next = v128.pmin<T>(next, v128.bitselect(none, v128.load(r + p), v128.eq<T>(v128.load(c + p), taken)));
  const second = v128.splat<T>(leastLane<T>(next)), first = v128.splat<T>(least);
  for (let p: usize = 0; p < n; p += 16) {
    const add = v128.bitselect(second, first, v128.eq<T>(v128.load(c + p), taken));
    v128.store(o + p, v128.add<T>(v128.load(o + p), add));
  }
}

// @ts-ignore: decorator
@inline
export function softDemand<T>(
  theta: u32, length: u32, least: T, width: T, use: u32, demand: u32, resources: u32,
): void {
  const t = at<T>(theta), n = at<T>(length), one = at<T>(1), bytes: usize = 16;
  const top: T = least + width, limit = v128.splat<T>(top);
  let sum: T = 0;
  for (let p: usize = 0; p < n; p += bytes) {
    if (!v128.any_true(v128.lt<T>(v128.load(t + p), limit))) continue;
    for (let q: usize = p; q < p + bytes; q += one) {
      const value = load<T>(t + q);
      if (value >= top) continue;
      const weight: T = <T>1 - (value - least) / width;
      sum += weight * weight;
    }
  }
  for (let p: usize = 0; p < n; p += bytes) {
    if (!v128.any_true(v128.lt<T>(v128.load(t + p), limit))) continue;
    for (let q: usize = p; q < p + bytes; q += one) {
      const value = load<T>(t + q);
      if (value >= top) continue;
      const weight: T = <T>1 - (value - least) / width;
      const share: T = (weight * weight) / sum;
      let into = at<T>(use) + q;
      for (let r: usize = 0; r < <usize>resources; r++, into += n) {
        const amount = load<T>(at<T>(demand) + (r << alignof<T>()));
        store<T>(into, load<T>(into) + share * amount);
      }
    }
  }
}

// @ts-ignore: decorator
@inline
export function addCosts<T>(
  into: u32, length: u32, a: u32, b: u32, c: u32, d: u32, t: u32,
  fa: T, fb: T, fc: T, fd: T, limit: T, big: T, limited: bool,
): void {
  const o = at<T>(into), n = at<T>(length);
  const pa = at<T>(a), pb = at<T>(b), pc = at<T>(c), pd = at<T>(d), pt = at<T>(t);
  const va = v128.splat<T>(fa), vb = v128.splat<T>(fb), vc = v128.splat<T>(fc), vd = v128.splat<T>(fd);
  const vl = v128.splat<T>(limit), vp = v128.splat<T>(big);
  for (let p: usize = 0; p < n; p += 16) {
    let sum = v128.add<T>(three<T>(p, pa, pb, pc, va, vb, vc), times<T>(vd, v128.load(pd + p)));
    if (limited) sum = v128.add<T>(sum, v128.and(v128.gt<T>(v128.load(pt + p), vl), vp));
    v128.store(o + p, v128.add<T>(v128.load(o + p), sum));
  }
}
