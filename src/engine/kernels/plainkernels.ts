import type { Kernels } from './kernels.ts';

const { fround } = Math;
const MOST = 3.4028234663852886e38;

/** The kernels in plain TypeScript: what the compiled ones must equal, and what runs where there is no WebAssembly. */
export function plainKernels(f32: Float32Array, i32: Int32Array, f64: Float64Array): Kernels {
  const least = (row: number, length: number): number => {
    let low = f32[row]!;
    for (let k = 1; k < length; k += 1) if (f32[row + k]! < low) low = f32[row + k]!;
    return low;
  };
  return {
    least,
    message(from, out, length, stride, a, b, c, t, alpha, beta, gamma, limit, big, third, limited) {
      const cost = costsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      f32.fill(MOST, out, out + length);
      let highest = MOST;
      for (let k = 0; k < length; k += 1) {
        const own = f32[from + k]!;
        if (own >= highest) continue;
        for (let l = 0; l < length; l += 1)
          f32[out + l] = Math.min(f32[out + l]!, fround(own + cost(k * stride + l)));
        if ((k & 7) === 7)
          highest = f32.subarray(out, out + length).reduce((most, each) => Math.max(most, each));
      }
    },
    messageExact(from, out, length, stride, a, b, c, t, alpha, beta, gamma, limit, big, third, limited) {
      const cost = exactCostsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      const [own, into] = [from >> 1, out >> 1];
      f64.fill(Number.MAX_VALUE, into, into + length);
      for (let k = 0; k < length; k += 1)
        for (let l = 0; l < length; l += 1)
          f64[into + l] = Math.min(f64[into + l]!, f64[own + k]! + cost(k * stride + l));
    },
    topTwo(
      from,
      classes,
      best,
      kind,
      second,
      length,
      stride,
      a,
      b,
      c,
      t,
      alpha,
      beta,
      gamma,
      limit,
      big,
      third,
      limited,
    ) {
      const cost = costsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      f32.fill(MOST, best, best + length);
      f32.fill(MOST, second, second + length);
      i32.fill(0, kind, kind + length);
      const first = f32.indexOf(least(from, length), from) - from;
      for (let turn = -1; turn < length; turn += 1) {
        if (turn === first) continue;
        const k = turn < 0 ? first : turn;
        const mine = i32[classes + k]!;
        for (let l = 0; l < length; l += 1) {
          const value = fround(f32[from + k]! + cost(k * stride + l));
          const low = f32[best + l]!;
          const beaten = Math.max(value, low);
          if (i32[kind + l] !== mine && beaten < f32[second + l]!) f32[second + l] = beaten;
          if (value >= low) continue;
          f32[best + l] = value;
          i32[kind + l] = mine;
        }
      }
    },
    messageApart(
      from,
      clash,
      kinds,
      classes,
      out,
      length,
      stride,
      a,
      b,
      c,
      t,
      alpha,
      beta,
      gamma,
      limit,
      big,
      third,
      limited,
    ) {
      const cost = costsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      f32.fill(MOST, out, out + length);
      for (let k = 0; k < length; k += 1) {
        for (let l = 0; l < length; l += 1) {
          const pays = f32[(i32[kinds + k] === i32[classes + l] ? clash : from) + k]!;
          f32[out + l] = Math.min(f32[out + l]!, fround(cost(k * stride + l) + pays));
        }
      }
    },
    topTwoExact(
      from,
      classes,
      best,
      kind,
      second,
      length,
      stride,
      a,
      b,
      c,
      t,
      alpha,
      beta,
      gamma,
      limit,
      big,
      third,
      limited,
    ) {
      const cost = exactCostsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      const [own, low, next] = [from >> 1, best >> 1, second >> 1];
      f64.fill(Number.MAX_VALUE, low, low + length);
      f64.fill(Number.MAX_VALUE, next, next + length);
      i32.fill(0, kind, kind + 2 * length);
      let first = 0;
      for (let k = 1; k < length; k += 1) if (f64[own + k]! < f64[own + first]!) first = k;
      for (let turn = -1; turn < length; turn += 1) {
        if (turn === first) continue;
        const k = turn < 0 ? first : turn;
        const mine = i32[classes + 2 * k]!;
        for (let l = 0; l < length; l += 1) {
          const value = f64[own + k]! + cost(k * stride + l);
          const beaten = Math.max(value, f64[low + l]!);
          if (i32[kind + 2 * l] !== mine && beaten < f64[next + l]!) f64[next + l] = beaten;
          if (value >= f64[low + l]!) continue;
          f64[low + l] = value;
          i32[kind + 2 * l] = mine;
          i32[kind + 2 * l + 1] = mine >> 31;
        }
      }
    },
    messageApartExact(
      from,
      clash,
      kinds,
      classes,
      out,
      length,
      stride,
      a,
      b,
      c,
      t,
      alpha,
      beta,
      gamma,
      limit,
      big,
      third,
      limited,
    ) {
      const cost = exactCostsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      const [own, pays, into] = [from >> 1, clash >> 1, out >> 1];
      f64.fill(Number.MAX_VALUE, into, into + length);
      for (let k = 0; k < length; k += 1) {
        for (let l = 0; l < length; l += 1) {
          const offer = f64[(i32[kinds + 2 * k] === i32[classes + 2 * l] ? pays : own) + k]!;
          f64[into + l] = Math.min(f64[into + l]!, cost(k * stride + l) + offer);
        }
      }
    },
    addCosts(into, length, sign, a, b, c, t, alpha, beta, gamma, limit, big, third, limited) {
      const cost = costsOf(f32, [a, b, c, t], [alpha, beta, gamma, limit, big], third, limited);
      for (let l = 0; l < length; l += 1) f32[into + l] = f32[into + l]! + fround(sign * cost(l));
    },
    addScaled(into, row, factor, length) {
      const by = fround(factor);
      for (let k = 0; k < length; k += 1) f32[into + k] = f32[into + k]! + fround(by * f32[row + k]!);
    },
    negate(into, row, length) {
      for (let k = 0; k < length; k += 1) f32[into + k] = -f32[row + k]!;
    },
    addConstant(into, amount, length) {
      const by = fround(amount);
      for (let k = 0; k < length; k += 1) f32[into + k] = f32[into + k]! + by;
    },
    lowerTo(into, row, amount, length) {
      const by = fround(amount);
      for (let k = 0; k < length; k += 1) {
        const value = fround(f32[row + k]! + by);
        if (value < f32[into + k]!) f32[into + k] = value;
      }
    },
    nextBelow(row, start, length, limit) {
      const most = fround(limit);
      for (let k = start; k < length; k += 1) if (f32[row + k]! < most) return k;
      return length;
    },
    expand(into, values, labelOf, length) {
      for (let k = 0; k < length; k += 1) f32[into + k] = f32[into + k]! + f32[values + i32[labelOf + k]!]!;
    },
    zoneLeast(into, row, own, factor, starts, zones) {
      const by = fround(factor);
      for (let z = 0; z < zones; z += 1) {
        let low = MOST;
        for (let k = i32[starts + z]!; k < i32[starts + z + 1]!; k += 1) {
          const value = fround(f32[row + k]! + fround(by * f32[own + k]!));
          if (value < low) low = value;
        }
        f32[into + z] = low;
      }
    },
    zoneSpread(into, row, zone, own, factor, starts, zones) {
      const by = fround(factor);
      for (let z = 0; z < zones; z += 1) {
        for (let k = i32[starts + z]!; k < i32[starts + z + 1]!; k += 1) {
          const value = fround(f32[zone + z]! + fround(by * f32[own + k]!));
          f32[into + k] = Math.min(value, f32[row + k]!);
        }
      }
    },
  };
}

/** Cost of the entry at an offset into the matrices a, b, c and t, rounded as the compiled kernels round it. */
function costsOf(
  f32: Float32Array,
  [a, b, c, t]: readonly [number, number, number, number],
  coefficients: FiveNumbers,
  third: boolean,
  limited: boolean,
): (at: number) => number {
  const [fa, fb, fc, most, penalty] = coefficients.map(fround) as FiveNumbers;
  return (at) => {
    let cost = fround(fround(fa * f32[a + at]!) + fround(fb * f32[b + at]!));
    if (third) cost = fround(cost + fround(fc * f32[c + at]!));
    if (limited) cost = fround(cost + (f32[t + at]! > most ? penalty : 0));
    return cost;
  };
}

function exactCostsOf(
  f32: Float32Array,
  [a, b, c, t]: readonly [number, number, number, number],
  [alpha, beta, gamma, limit, big]: FiveNumbers,
  third: boolean,
  limited: boolean,
): (at: number) => number {
  const most = fround(limit);
  return (at) => {
    let cost = alpha * f32[a + at]! + beta * f32[b + at]!;
    if (third) cost += gamma * f32[c + at]!;
    if (limited) cost += f32[t + at]! > most ? big : 0;
    return cost;
  };
}

type FiveNumbers = [number, number, number, number, number];
