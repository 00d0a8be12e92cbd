// Inner loops of the batch, compiled once with f32 for `Real` and once with f64. Offsets of rows count elements
// of that type, those of integers elements of 32 bits; lengths and stretches are multiples of four.

// @ts-ignore: decorator
@inline
function at(element: u32): usize { return <usize>element << alignof<Real>(); }

// @ts-ignore: decorator
@inline
function most(): Real { return <Real>f32.MAX_VALUE; }

// @ts-ignore: decorator
@inline
function times(a: v128, b: v128): v128 { return v128.mul<Real>(a, b); }

// @ts-ignore: decorator
@inline
function leastLane(low: v128): Real {
  if (sizeof<Real>() == 8) {
    return min<Real>(v128.extract_lane<Real>(low, 0), v128.extract_lane<Real>(low, 1));
  } else {
    return min<Real>(
      min<Real>(v128.extract_lane<Real>(low, 0), v128.extract_lane<Real>(low, 1)),
      min<Real>(v128.extract_lane<Real>(low, 2), v128.extract_lane<Real>(low, 3)),
    );
  }
}

// f1 * s1 + f2 * s2 + f3 * s3
// @ts-ignore: decorator
@inline
function three(p: usize, s1: usize, s2: usize, s3: usize, f1: v128, f2: v128, f3: v128): v128 {
  return v128.add<Real>(
    v128.add<Real>(times(f1, v128.load(s1 + p)), times(f2, v128.load(s2 + p))),
    times(f3, v128.load(s3 + p)),
  );
}

export function combine(into: u32, base: u32, rows: u32, factors: u32, count: u32, length: u32): Real {
  const n = at(length), o = at(into), b = at(base), f = at(factors);
  const r: usize = <usize>rows << 2;
  let low = v128.splat<Real>(most());
  let p: usize = 0;
  for (; p + 64 <= n; p += 64) {
    let s0 = v128.load(b + p), s1 = v128.load(b + p, 16), s2 = v128.load(b + p, 32), s3 = v128.load(b + p, 48);
    for (let i: usize = 0; i < <usize>count; i++) {
      const row = at(load<u32>(r + (i << 2))) + p;
      const by = v128.splat<Real>(load<Real>(f + (i << alignof<Real>())));
      s0 = v128.add<Real>(s0, times(by, v128.load(row)));
      s1 = v128.add<Real>(s1, times(by, v128.load(row, 16)));
      s2 = v128.add<Real>(s2, times(by, v128.load(row, 32)));
      s3 = v128.add<Real>(s3, times(by, v128.load(row, 48)));
    }
    v128.store(o + p, s0);
    v128.store(o + p, s1, 16);
    v128.store(o + p, s2, 32);
    v128.store(o + p, s3, 48);
    low = v128.pmin<Real>(low, v128.pmin<Real>(v128.pmin<Real>(s0, s1), v128.pmin<Real>(s2, s3)));
  }
  for (; p < n; p += 16) {
    let s = v128.load(b + p);
    for (let i: usize = 0; i < <usize>count; i++) {
      const by = v128.splat<Real>(load<Real>(f + (i << alignof<Real>())));
      s = v128.add<Real>(s, times(by, v128.load(at(load<u32>(r + (i << 2))) + p)));
    }
    v128.store(o + p, s);
    low = v128.pmin<Real>(low, s);
  }
  return leastLane(low);
}

export function addScaled(into: u32, row: u32, factor: Real, length: u32): void {
  const o = at(into), r = at(row), n = at(length), by = v128.splat<Real>(factor);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.add<Real>(v128.load(o + p), times(by, v128.load(r + p))));
}

export function give(into: u32, theta: u32, part: Real, message: u32, length: u32): void {
  const o = at(into), t = at(theta), m = at(message), n = at(length), by = v128.splat<Real>(part);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.sub<Real>(times(by, v128.load(t + p)), v128.load(m + p)));
}

export function negate(into: u32, row: u32, length: u32): void {
  const o = at(into), r = at(row), n = at(length);
  for (let p: usize = 0; p < n; p += 16) v128.store(o + p, v128.neg<Real>(v128.load(r + p)));
}

export function lowerTo(into: u32, row: u32, amount: Real, length: u32): void {
  const o = at(into), r = at(row), n = at(length), by = v128.splat<Real>(amount);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.pmin<Real>(v128.load(o + p), v128.add<Real>(v128.load(r + p), by)));
}

export function least(row: u32, length: u32): Real {
  const r = at(row), n = at(length);
  let low = v128.load(r);
  for (let p: usize = 16; p < n; p += 16) low = v128.pmin<Real>(low, v128.load(r + p));
  return leastLane(low);
}

export function forbid(row: u32, room: u32, amount: Real, big: Real, length: u32): void {
  const o = at(row), r = at(room), n = at(length);
  const need = v128.splat<Real>(amount), by = v128.splat<Real>(big);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.add<Real>(v128.load(o + p), v128.and(v128.lt<Real>(v128.load(r + p), need), by)));
}

export function fold(
  into: u32, row: u32, s1: u32, s2: u32, s3: u32, f1: Real, f2: Real, f3: Real, starts: u32, groups: u32,
): void {
  const r = at(row), p1 = at(s1), p2 = at(s2), p3 = at(s3);
  const v1 = v128.splat<Real>(f1), v2 = v128.splat<Real>(f2), v3 = v128.splat<Real>(f3);
  const bounds: usize = <usize>starts << 2;
  let p = at(load<u32>(bounds));
  for (let g: usize = 0; g < <usize>groups; g++) {
    const end = at(load<u32>(bounds + ((g + 1) << 2)));
    let low = v128.splat<Real>(most());
    for (; p < end; p += 16)
      low = v128.pmin<Real>(low, v128.add<Real>(v128.load(r + p), three(p, p1, p2, p3, v1, v2, v3)));
    store<Real>(at(into) + (g << alignof<Real>()), leastLane(low));
  }
}

export function spread(
  into: u32, row: u32, values: u32, s1: u32, s2: u32, s3: u32, f1: Real, f2: Real, f3: Real, starts: u32, groups: u32,
): void {
  const o = at(into), r = at(row), p1 = at(s1), p2 = at(s2), p3 = at(s3);
  const v1 = v128.splat<Real>(f1), v2 = v128.splat<Real>(f2), v3 = v128.splat<Real>(f3);
  const bounds: usize = <usize>starts << 2;
  let p = at(load<u32>(bounds));
  for (let g: usize = 0; g < <usize>groups; g++) {
    const end = at(load<u32>(bounds + ((g + 1) << 2)));
    const base = v128.splat<Real>(load<Real>(at(values) + (g << alignof<Real>())));
    for (; p < end; p += 16)
      v128.store(o + p, v128.pmin<Real>(v128.load(r + p), v128.add<Real>(base, three(p, p1, p2, p3, v1, v2, v3))));
  }
}

// @ts-ignore: decorator
@inline
function cost(
  q: usize, a: usize, b: usize, c: usize, t: usize, fa: v128, fb: v128, fc: v128, limit: v128, big: v128,
  limited: bool,
): v128 {
  const sum = three(q, a, b, c, fa, fb, fc);
  return limited ? v128.add<Real>(sum, v128.and(v128.gt<Real>(v128.load(t + q), limit), big)) : sum;
}

// @ts-ignore: decorator
@inline
function lowest(
  from: u32, out: u32, length: u32, a: usize, b: usize, c: usize, t: usize,
  fa: Real, fb: Real, fc: Real, limit: Real, big: Real, limited: bool,
): void {
  const n = at(length), o = at(out), f = at(from), one = at(1);
  const va = v128.splat<Real>(fa), vb = v128.splat<Real>(fb), vc = v128.splat<Real>(fc);
  const vl = v128.splat<Real>(limit), vp = v128.splat<Real>(big);
  let best: usize = 0;
  for (let k: usize = one; k < n; k += one) if (load<Real>(f + k) < load<Real>(f + best)) best = k;
  const first = v128.splat<Real>(load<Real>(f + best));
  let row = (best >> alignof<Real>()) * n;
  let high = v128.splat<Real>(-most());
  for (let p: usize = 0; p < n; p += 16) {
    const value = v128.add<Real>(first, cost(p, a + row, b + row, c + row, t + row, va, vb, vc, vl, vp, limited));
    v128.store(o + p, value);
    high = v128.pmax<Real>(high, value);
  }
  // Costs are never negative: rows above all that is known lower nothing.
  let top = -leastLane(v128.neg<Real>(high));
  let done: u32 = 0;
  row = 0;
  for (let k: usize = 0; k < n; k += one, row += n) {
    const own = load<Real>(f + k);
    if (own >= top || k == best) continue;
    const base = v128.splat<Real>(own);
    high = v128.splat<Real>(-most());
    for (let p: usize = 0; p < n; p += 16) {
      const value = v128.add<Real>(base, cost(p, a + row, b + row, c + row, t + row, va, vb, vc, vl, vp, limited));
      const low = v128.pmin<Real>(v128.load(o + p), value);
      v128.store(o + p, low);
      high = v128.pmax<Real>(high, low);
    }
    done += 1;
    if ((done & 7) == 0) top = -leastLane(v128.neg<Real>(high));
  }
}

export function product(
  from: u32, out: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: Real, fb: Real, fc: Real, limit: Real, big: Real, limited: bool,
): void {
  const pa = at(a), pb = at(b), pc = at(c), pt = at(t);
  if (limited) lowest(from, out, length, pa, pb, pc, pt, fa, fb, fc, limit, big, true);
  else lowest(from, out, length, pa, pb, pc, pt, fa, fb, fc, limit, big, false);
}

export function topTwo(
  from: u32, classes: u32, best: u32, kind: u32, second: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: Real, fb: Real, fc: Real, limit: Real, big: Real, limited: bool,
): void {
  const n = at(length), f = at(from), k = at(classes), one = at(1);
  const pb = at(best), pk = at(kind), ps = at(second);
  const va = v128.splat<Real>(fa), vb = v128.splat<Real>(fb), vc = v128.splat<Real>(fc);
  const vl = v128.splat<Real>(limit), vp = v128.splat<Real>(big);
  const none = v128.splat<Real>(most()), nobody = v128.splat<Real>(<Real>-1e9);
  for (let p: usize = 0; p < n; p += 16) {
    v128.store(pb + p, none);
    v128.store(pk + p, nobody);
    v128.store(ps + p, none);
  }
  let ra = at(a), rb = at(b), rc = at(c), rt = at(t);
  for (let h: usize = 0; h < n; h += one, ra += n, rb += n, rc += n, rt += n) {
    const own = load<Real>(f + h);
    if (own >= <Real>1e30) continue;
    const base = v128.splat<Real>(own), mine = v128.splat<Real>(load<Real>(k + h));
    for (let p: usize = 0; p < n; p += 16) {
      const value = v128.add<Real>(base, cost(p, ra, rb, rc, rt, va, vb, vc, vl, vp, limited));
      const low = v128.load(pb + p), next = v128.load(ps + p), known = v128.load(pk + p);
      const better = v128.lt<Real>(value, low);
      // What is beaten, or the value itself, is a second only where the classes differ.
      const beaten = v128.bitselect(low, value, better);
      v128.store(ps + p, v128.bitselect(next, v128.pmin<Real>(next, beaten), v128.eq<Real>(known, mine)));
      v128.store(pb + p, v128.bitselect(value, low, better));
      v128.store(pk + p, v128.bitselect(mine, known, better));
    }
  }
}

export function productApart(
  best: u32, kind: u32, other: u32, classes: u32, out: u32, length: u32, a: u32, b: u32, c: u32, t: u32,
  fa: Real, fb: Real, fc: Real, limit: Real, big: Real, limited: bool,
): void {
  const n = at(length), o = at(out), one = at(1);
  const pb = at(best), pk = at(kind), po = at(other), pc = at(classes);
  const va = v128.splat<Real>(fa), vb = v128.splat<Real>(fb), vc = v128.splat<Real>(fc);
  const vl = v128.splat<Real>(limit), vp = v128.splat<Real>(big), none = v128.splat<Real>(most());
  for (let p: usize = 0; p < n; p += 16) v128.store(o + p, none);
  let ra = at(a), rb = at(b), rc = at(c), rt = at(t);
  for (let h: usize = 0; h < n; h += one, ra += n, rb += n, rc += n, rt += n) {
    if (load<Real>(pb + h) >= <Real>1e30) continue;
    const low = v128.splat<Real>(load<Real>(pb + h)), next = v128.splat<Real>(load<Real>(po + h));
    const mine = v128.splat<Real>(load<Real>(pk + h));
    for (let p: usize = 0; p < n; p += 16) {
      const own = v128.bitselect(next, low, v128.eq<Real>(v128.load(pc + p), mine));
      const value = v128.add<Real>(own, cost(p, ra, rb, rc, rt, va, vb, vc, vl, vp, limited));
      v128.store(o + p, v128.pmin<Real>(v128.load(o + p), value));
    }
  }
}

export function callerLeast(
  best: u32, kind: u32, second: u32, given: u32, classes: u32, farBest: u32, farKind: u32, farSecond: u32,
  s1: u32, s2: u32, s3: u32, f1: Real, f2: Real, f3: Real, starts: u32, groups: u32,
): void {
  const pb = at(best), pk = at(kind), ps = at(second), pg = at(given), pc = at(classes);
  const p1 = at(s1), p2 = at(s2), p3 = at(s3);
  const v1 = v128.splat<Real>(f1), v2 = v128.splat<Real>(f2), v3 = v128.splat<Real>(f3);
  const bounds: usize = <usize>starts << 2;
  let p = at(load<u32>(bounds));
  for (let g: usize = 0; g < <usize>groups; g++) {
    const end = at(load<u32>(bounds + ((g + 1) << 2)));
    const e = g << alignof<Real>();
    const vb = v128.splat<Real>(load<Real>(at(farBest) + e)), vk = v128.splat<Real>(load<Real>(at(farKind) + e));
    const vs = v128.splat<Real>(load<Real>(at(farSecond) + e));
    for (; p < end; p += 16) {
      const sum = three(p, p1, p2, p3, v1, v2, v3);
      const far = v128.add<Real>(vb, sum), next = v128.add<Real>(vs, sum);
      const own = v128.load(pg + p), mine = v128.load(pc + p);
      const near = v128.lt<Real>(own, far);
      v128.store(pb + p, v128.bitselect(own, far, near));
      v128.store(pk + p, v128.bitselect(mine, vk, near));
      const apart = v128.bitselect(far, v128.pmin<Real>(next, own), near);
      v128.store(ps + p, v128.bitselect(next, apart, v128.eq<Real>(mine, vk)));
    }
  }
}

export function sumApart(
  out: u32, best: u32, kind: u32, second: u32, best2: u32, kind2: u32, second2: u32, length: u32,
): void {
  const o = at(out), n = at(length);
  const b1 = at(best), k1 = at(kind), s1 = at(second);
  const b2 = at(best2), k2 = at(kind2), s2 = at(second2);
  for (let p: usize = 0; p < n; p += 16) {
    const one = v128.load(b1 + p), two = v128.load(b2 + p);
    const clash = v128.eq<Real>(v128.load(k1 + p), v128.load(k2 + p));
    const apart = v128.pmin<Real>(v128.add<Real>(one, v128.load(s2 + p)), v128.add<Real>(v128.load(s1 + p), two));
    v128.store(o + p, v128.bitselect(apart, v128.add<Real>(one, two), clash));
  }
}

export function pick(into: u32, kinds: u32, classes: u32, equal: u32, other: u32, length: u32): void {
  const o = at(into), k = at(kinds), c = at(classes), e = at(equal), x = at(other), n = at(length);
  for (let p: usize = 0; p < n; p += 16)
    v128.store(o + p, v128.bitselect(v128.load(e + p), v128.load(x + p), v128.eq<Real>(v128.load(k + p), v128.load(c + p))));
}

export function foldApart(
  farBest: u32, farKind: u32, farOther: u32, best: u32, kind: u32, second: u32,
  s1: u32, s2: u32, s3: u32, f1: Real, f2: Real, f3: Real, starts: u32, groups: u32,
): void {
  const pb = at(best), pk = at(kind), ps = at(second);
  const p1 = at(s1), p2 = at(s2), p3 = at(s3);
  const v1 = v128.splat<Real>(f1), v2 = v128.splat<Real>(f2), v3 = v128.splat<Real>(f3);
  const bounds: usize = <usize>starts << 2;
  for (let g: usize = 0; g < <usize>groups; g++) {
    const begin = at(load<u32>(bounds + (g << 2))), end = at(load<u32>(bounds + ((g + 1) << 2)));
    const e = g << alignof<Real>();
    let low = v128.splat<Real>(most()), owner = v128.splat<Real>(<Real>-1e9);
    for (let p = begin; p < end; p += 16) {
      const value = v128.add<Real>(v128.load(pb + p), three(p, p1, p2, p3, v1, v2, v3));
      const better = v128.lt<Real>(value, low);
      low = v128.bitselect(value, low, better);
      owner = v128.bitselect(v128.load(pk + p), owner, better);
    }
    // Of equal ones the class with the lowest number.
    const least = leastLane(low);
    const equal = v128.eq<Real>(low, v128.splat<Real>(least));
    const mine = leastLane(v128.bitselect(owner, v128.splat<Real>(most()), equal));
    const taken = v128.splat<Real>(mine);
    let other = v128.splat<Real>(most());
    for (let p = begin; p < end; p += 16) {
      const own = v128.bitselect(v128.load(ps + p), v128.load(pb + p), v128.eq<Real>(v128.load(pk + p), taken));
      other = v128.pmin<Real>(other, v128.add<Real>(own, three(p, p1, p2, p3, v1, v2, v3)));
    }
    store<Real>(at(farBest) + e, least);
    store<Real>(at(farKind) + e, mine);
    store<Real>(at(farOther) + e, leastLane(other));
  }
}

export function addLeastApart(into: u32, row: u32, classes: u32, length: u32): void {
  const o = at(into), r = at(row), c = at(classes), n = at(length);
  let low = v128.splat<Real>(most()), owner = v128.splat<Real>(<Real>-1e9);
  for (let p: usize = 0; p < n; p += 16) {
    const value = v128.load(r + p), better = v128.lt<Real>(value, low);
    low = v128.bitselect(value, low, better);
    owner = v128.bitselect(v128.load(c + p), owner, better);
  }
  const least = leastLane(low), none = v128.splat<Real>(most());
  const equal = v128.eq<Real>(low, v128.splat<Real>(least));
  const taken = v128.splat<Real>(leastLane(v128.bitselect(owner, none, equal)));
  let next = none;
  for (let p: usize = 0; p < n; p += 16)
    next = v128.pmin<Real>(next, v128.bitselect(none, v128.load(r + p), v128.eq<Real>(v128.load(c + p), taken)));
  const second = v128.splat<Real>(leastLane(next)), first = v128.splat<Real>(least);
  for (let p: usize = 0; p < n; p += 16) {
    const add = v128.bitselect(second, first, v128.eq<Real>(v128.load(c + p), taken));
    v128.store(o + p, v128.add<Real>(v128.load(o + p), add));
  }
}

export function softDemand(
  theta: u32, length: u32, least: Real, width: Real, use: u32, demand: u32, resources: u32,
): void {
  const t = at(theta), n = at(length), one = at(1), bytes: usize = 16;
  const top: Real = least + width, limit = v128.splat<Real>(top);
  let sum: Real = 0;
  for (let p: usize = 0; p < n; p += bytes) {
    if (!v128.any_true(v128.lt<Real>(v128.load(t + p), limit))) continue;
    for (let q: usize = p; q < p + bytes; q += one) {
      const value = load<Real>(t + q);
      if (value >= top) continue;
      const weight: Real = <Real>1 - (value - least) / width;
      sum += weight * weight;
    }
  }
  for (let p: usize = 0; p < n; p += bytes) {
    if (!v128.any_true(v128.lt<Real>(v128.load(t + p), limit))) continue;
    for (let q: usize = p; q < p + bytes; q += one) {
      const value = load<Real>(t + q);
      if (value >= top) continue;
      const weight: Real = <Real>1 - (value - least) / width;
      const share: Real = (weight * weight) / sum;
      let into = at(use) + q;
      for (let r: usize = 0; r < <usize>resources; r++, into += n) {
        const amount = load<Real>(at(demand) + (r << alignof<Real>()));
        store<Real>(into, load<Real>(into) + share * amount);
      }
    }
  }
}

export function addCosts(
  into: u32, length: u32, a: u32, b: u32, c: u32, d: u32, t: u32,
  fa: Real, fb: Real, fc: Real, fd: Real, limit: Real, big: Real, limited: bool,
): void {
  const o = at(into), n = at(length);
  const pa = at(a), pb = at(b), pc = at(c), pd = at(d), pt = at(t);
  const va = v128.splat<Real>(fa), vb = v128.splat<Real>(fb), vc = v128.splat<Real>(fc), vd = v128.splat<Real>(fd);
  const vl = v128.splat<Real>(limit), vp = v128.splat<Real>(big);
  for (let p: usize = 0; p < n; p += 16) {
    let sum = v128.add<Real>(three(p, pa, pb, pc, va, vb, vc), times(vd, v128.load(pd + p)));
    if (limited) sum = v128.add<Real>(sum, v128.and(v128.gt<Real>(v128.load(pt + p), vl), vp));
    v128.store(o + p, v128.add<Real>(v128.load(o + p), sum));
  }
}
