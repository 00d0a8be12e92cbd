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
      const [fa, fb, fc, most, penalty] = [alpha, beta, gamma, limit, big].map(fround) as FiveNumbers;
      f32.fill(MOST, out, out + length);
      const lowest = least(from, length);
      const best = f32.indexOf(lowest, from) - from;
      let highest = MOST;
      for (let turn = -1; turn < length; turn += 1) {
        if (turn === best) continue;
        const k = turn < 0 ? best : turn;
        const own = f32[from + k]!;
        if (own >= highest) continue;
        const row = k * stride;
        for (let l = 0; l < length; l += 1) {
          let cost = fround(fround(fa * f32[a + row + l]!) + fround(fb * f32[b + row + l]!));
          if (third) cost = fround(cost + fround(fc * f32[c + row + l]!));
          if (limited) cost = fround(cost + (f32[t + row + l]! > most ? penalty : 0));
          const sum = fround(own + cost);
          if (sum < f32[out + l]!) f32[out + l] = sum;
        }
        if ((turn & 7) === 7) {
          highest = f32[out]!;
          for (let l = 1; l < length; l += 1) if (f32[out + l]! > highest) highest = f32[out + l]!;
        }
      }
    },
    messageExact(from, out, length, stride, a, b, c, t, alpha, beta, gamma, limit, big, third, limited) {
      const [own, into] = [from >> 1, out >> 1];
      const most = fround(limit);
      f64.fill(Number.MAX_VALUE, into, into + length);
      for (let k = 0; k < length; k += 1) {
        const row = k * stride;
        for (let l = 0; l < length; l += 1) {
          let cost = alpha * f32[a + row + l]! + beta * f32[b + row + l]!;
          if (third) cost += gamma * f32[c + row + l]!;
          if (limited) cost += f32[t + row + l]! > most ? big : 0;
          const sum = f64[own + k]! + cost;
          if (sum < f64[into + l]!) f64[into + l] = sum;
        }
      }
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
      const [fa, fb, fc, most, penalty] = [alpha, beta, gamma, limit, big].map(fround) as FiveNumbers;
      f32.fill(MOST, best, best + length);
      f32.fill(MOST, second, second + length);
      i32.fill(0, kind, kind + length);
      const first = f32.indexOf(least(from, length), from) - from;
      for (let turn = -1; turn < length; turn += 1) {
        if (turn === first) continue;
        const k = turn < 0 ? first : turn;
        const own = f32[from + k]!;
        const mine = i32[classes + k]!;
        const row = k * stride;
        for (let l = 0; l < length; l += 1) {
          let cost = fround(fround(fa * f32[a + row + l]!) + fround(fb * f32[b + row + l]!));
          if (third) cost = fround(cost + fround(fc * f32[c + row + l]!));
          if (limited) cost = fround(cost + (f32[t + row + l]! > most ? penalty : 0));
          const value = fround(own + cost);
          const low = f32[best + l]!;
          const beaten = Math.max(value, low);
          if (i32[kind + l] !== mine && beaten < f32[second + l]!) f32[second + l] = beaten;
          if (value >= low) continue;
          f32[best + l] = value;
          i32[kind + l] = mine;
        }
      }
    },
    addCosts(into, length, sign, a, b, c, t, alpha, beta, gamma, limit, big, third, limited) {
      const [fa, fb, fc, most, penalty] = [alpha, beta, gamma, limit, big].map(fround) as FiveNumbers;
      for (let l = 0; l < length; l += 1) {
        let cost = fround(fround(fa * f32[a + l]!) + fround(fb * f32[b + l]!));
        if (third) cost = fround(cost + fround(fc * f32[c + l]!));
        if (limited) cost = fround(cost + (f32[t + l]! > most ? penalty : 0));
        f32[into + l] = f32[into + l]! + fround(sign * cost);
      }
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

type FiveNumbers = [number, number, number, number, number];
