// Rows of costs. Offsets count 32-bit elements; lengths are multiples of four.

// into += factor * row
export function addScaled(into: u32, row: u32, factor: f32, length: u32): void {
  const o: usize = into << 2, r: usize = row << 2, n: usize = length << 2;
  const by = f32x4.splat(factor);
  for (let at: usize = 0; at < n; at += 16)
    v128.store(o + at, f32x4.add(v128.load(o + at), f32x4.mul(by, v128.load(r + at))));
}

// into = -row
export function negate(into: u32, row: u32, length: u32): void {
  const o: usize = into << 2, r: usize = row << 2, n: usize = length << 2;
  for (let at: usize = 0; at < n; at += 16) v128.store(o + at, f32x4.neg(v128.load(r + at)));
}

// into += amount
export function addConstant(into: u32, amount: f32, length: u32): void {
  const o: usize = into << 2, n: usize = length << 2;
  const by = f32x4.splat(amount);
  for (let at: usize = 0; at < n; at += 16) v128.store(o + at, f32x4.add(v128.load(o + at), by));
}

// into = min(into, row + amount)
export function lowerTo(into: u32, row: u32, amount: f32, length: u32): void {
  const o: usize = into << 2, r: usize = row << 2, n: usize = length << 2;
  const by = f32x4.splat(amount);
  for (let at: usize = 0; at < n; at += 16)
    v128.store(o + at, f32x4.pmin(v128.load(o + at), f32x4.add(v128.load(r + at), by)));
}

export function least(row: u32, length: u32): f32 {
  const r: usize = row << 2, n: usize = length << 2;
  let low = v128.load(r);
  for (let at: usize = 16; at < n; at += 16) low = f32x4.pmin(low, v128.load(r + at));
  return min(
    min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
    min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
  );
}

// First index from `start` on whose value is below the limit; the length where there is none.
export function nextBelow(row: u32, start: u32, length: u32, limit: f32): u32 {
  const r: usize = row << 2;
  let k: u32 = start;
  while (k < length && (k & 3) != 0) {
    if (load<f32>(r + (k << 2)) < limit) return k;
    k++;
  }
  const most = f32x4.splat(limit);
  for (; k < length; k += 4) {
    const hits = i32x4.bitmask(f32x4.lt(v128.load(r + (k << 2)), most));
    if (hits) return k + <u32>ctz(hits);
  }
  return length;
}

// into[k] += values[labelOf[k]]
export function expand(into: u32, values: u32, labelOf: u32, length: u32): void {
  const o: usize = into << 2, v: usize = values << 2, l: usize = labelOf << 2, n: usize = length << 2;
  for (let at: usize = 0; at < n; at += 4)
    store<f32>(o + at, load<f32>(o + at) + load<f32>(v + (load<u32>(l + at) << 2)));
}

// into[z] = least of row[k] + factor * own[k] over the zone's stretch
export function zoneLeast(into: u32, row: u32, own: u32, factor: f32, starts: u32, zones: u32): void {
  const r: usize = row << 2, s: usize = own << 2, by = f32x4.splat(factor);
  for (let z: u32 = 0; z < zones; z++) {
    const end: usize = load<u32>((starts + z + 1) << 2) << 2;
    let low = f32x4.splat(f32.MAX_VALUE);
    for (let at: usize = load<u32>((starts + z) << 2) << 2; at < end; at += 16)
      low = f32x4.pmin(low, f32x4.add(v128.load(r + at), f32x4.mul(by, v128.load(s + at))));
    store<f32>(
      (into + z) << 2,
      min(
        min(f32x4.extract_lane(low, 0), f32x4.extract_lane(low, 1)),
        min(f32x4.extract_lane(low, 2), f32x4.extract_lane(low, 3)),
      ),
    );
  }
}

// into[k] = min(row[k], zone[z(k)] + factor * own[k])
export function zoneSpread(into: u32, row: u32, zone: u32, own: u32, factor: f32, starts: u32, zones: u32): void {
  const o: usize = into << 2, r: usize = row << 2, s: usize = own << 2, by = f32x4.splat(factor);
  for (let z: u32 = 0; z < zones; z++) {
    const end: usize = load<u32>((starts + z + 1) << 2) << 2;
    const base = f32x4.splat(load<f32>((zone + z) << 2));
    for (let at: usize = load<u32>((starts + z) << 2) << 2; at < end; at += 16)
      v128.store(o + at, f32x4.pmin(v128.load(r + at), f32x4.add(base, f32x4.mul(by, v128.load(s + at)))));
  }
}
