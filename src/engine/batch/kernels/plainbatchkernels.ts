import type { BatchKernels, Precision } from './batchkernels.ts';

const MOST = 3.4028234663852886e38;
/** No class. */
const NOBODY = -1e9;

/** The kernels of the batch in plain TypeScript: what the compiled ones must equal, and what runs where there is no WebAssembly. */
export function plainBatchKernels(
  rows: Float32Array | Float64Array,
  i32: Int32Array,
  precision: Precision,
): BatchKernels {
  const round = precision === 'Single' ? Math.fround : (value: number) => value;
  const lanes = precision === 'Single' ? 4 : 2;
  const nobody = round(NOBODY);
  const times = (a: number, b: number) => round(a * b);
  const plus = (a: number, b: number) => round(a + b);
  const sum = (p: number, a: number, b: number, c: number, fa: number, fb: number, fc: number) =>
    plus(plus(times(fa, rows[a + p]!), times(fb, rows[b + p]!)), times(fc, rows[c + p]!));
  const least = (row: number, length: number): number => {
    let low = rows[row]!;
    for (let p = 1; p < length; p += 1) if (rows[row + p]! < low) low = rows[row + p]!;
    return low;
  };
  /** The least value of a stretch and its kind; of equal ones the first of each lane, then the lowest. */
  const owner = (
    begin: number,
    end: number,
    value: (p: number) => number,
    kind: number,
  ): [number, number] => {
    const low = new Array<number>(lanes).fill(MOST);
    const of = new Array<number>(lanes).fill(nobody);
    for (let p = begin; p < end; p += 1) {
      const lane = (p - begin) % lanes;
      if (!(value(p) < low[lane]!)) continue;
      low[lane] = value(p);
      of[lane] = rows[kind + p]!;
    }
    const lowest = Math.min(...low);
    return [lowest, Math.min(...of.map((each, lane) => (low[lane] === lowest ? each : MOST)))];
  };
  return {
    least,
    combine(into, base, table, factors, count, length) {
      for (let p = 0; p < length; p += 1) {
        let value = rows[base + p]!;
        for (let i = 0; i < count; i += 1)
          value = plus(value, times(rows[factors + i]!, rows[i32[table + i]! + p]!));
        rows[into + p] = value;
      }
      return least(into, length);
    },
    addScaled(into, row, factor, length) {
      const by = round(factor);
      for (let p = 0; p < length; p += 1) rows[into + p] = plus(rows[into + p]!, times(by, rows[row + p]!));
    },
    give(into, theta, part, message, length) {
      const by = round(part);
      for (let p = 0; p < length; p += 1)
        rows[into + p] = round(times(by, rows[theta + p]!) - rows[message + p]!);
    },
    negate(into, row, length) {
      for (let p = 0; p < length; p += 1) rows[into + p] = -rows[row + p]!;
    },
    lowerTo(into, row, amount, length) {
      const by = round(amount);
      for (let p = 0; p < length; p += 1) {
        const value = plus(rows[row + p]!, by);
        if (value < rows[into + p]!) rows[into + p] = value;
      }
    },
    forbid(row, room, amount, big, length) {
      const [need, by] = [round(amount), round(big)];
      for (let p = 0; p < length; p += 1)
        rows[row + p] = plus(rows[row + p]!, rows[room + p]! < need ? by : 0);
    },
    fold(into, row, s1, s2, s3, f1, f2, f3, starts, groups) {
      const [a, b, c] = [round(f1), round(f2), round(f3)];
      for (let g = 0; g < groups; g += 1) {
        let low = MOST;
        for (let p = i32[starts + g]!; p < i32[starts + g + 1]!; p += 1) {
          const value = plus(rows[row + p]!, sum(p, s1, s2, s3, a, b, c));
          if (value < low) low = value;
        }
        rows[into + g] = low;
      }
    },
    spread(into, row, values, s1, s2, s3, f1, f2, f3, starts, groups) {
      const [a, b, c] = [round(f1), round(f2), round(f3)];
      for (let g = 0; g < groups; g += 1)
        for (let p = i32[starts + g]!; p < i32[starts + g + 1]!; p += 1) {
          const value = plus(rows[values + g]!, sum(p, s1, s2, s3, a, b, c));
          rows[into + p] = Math.min(value, rows[row + p]!);
        }
    },
    product(from, out, length, a, b, c, t, fa, fb, fc, limit, big, limited) {
      const [ra, rb, rc, most, penalty] = [fa, fb, fc, limit, big].map(round) as FiveNumbers;
      rows.fill(MOST, out, out + length);
      for (let g = 0, row = 0; g < length; g += 1, row += length) {
        const own = rows[from + g]!;
        for (let h = 0; h < length; h += 1) {
          let cost = sum(row + h, a, b, c, ra, rb, rc);
          if (limited) cost = plus(cost, rows[t + row + h]! > most ? penalty : 0);
          const value = plus(own, cost);
          if (value < rows[out + h]!) rows[out + h] = value;
        }
      }
    },
    topTwo(from, classes, best, kind, second, length, a, b, c, t, fa, fb, fc, limit, big, limited) {
      const [ra, rb, rc, most, penalty] = [fa, fb, fc, limit, big].map(round) as FiveNumbers;
      rows.fill(MOST, best, best + length);
      rows.fill(nobody, kind, kind + length);
      rows.fill(MOST, second, second + length);
      for (let g = 0, row = 0; g < length; g += 1, row += length) {
        const own = rows[from + g]!;
        const mine = rows[classes + g]!;
        if (own >= 1e30) continue;
        for (let h = 0; h < length; h += 1) {
          let cost = sum(row + h, a, b, c, ra, rb, rc);
          if (limited) cost = plus(cost, rows[t + row + h]! > most ? penalty : 0);
          const value = plus(own, cost);
          const low = rows[best + h]!;
          const beaten = Math.max(value, low);
          if (rows[kind + h] !== mine && beaten < rows[second + h]!) rows[second + h] = beaten;
          if (value >= low) continue;
          rows[best + h] = value;
          rows[kind + h] = mine;
        }
      }
    },
    productApart(best, kind, other, classes, out, length, a, b, c, t, fa, fb, fc, limit, big, limited) {
      const [ra, rb, rc, most, penalty] = [fa, fb, fc, limit, big].map(round) as FiveNumbers;
      rows.fill(MOST, out, out + length);
      for (let g = 0, row = 0; g < length; g += 1, row += length) {
        if (rows[best + g]! >= 1e30) continue;
        for (let h = 0; h < length; h += 1) {
          const own = rows[classes + h] === rows[kind + g] ? rows[other + g]! : rows[best + g]!;
          let cost = sum(row + h, a, b, c, ra, rb, rc);
          if (limited) cost = plus(cost, rows[t + row + h]! > most ? penalty : 0);
          const value = plus(own, cost);
          if (value < rows[out + h]!) rows[out + h] = value;
        }
      }
    },
    callerLeast(
      best,
      kind,
      second,
      given,
      classes,
      farBest,
      farKind,
      farSecond,
      s1,
      s2,
      s3,
      f1,
      f2,
      f3,
      starts,
      groups,
    ) {
      const [a, b, c] = [round(f1), round(f2), round(f3)];
      for (let g = 0; g < groups; g += 1) {
        for (let p = i32[starts + g]!; p < i32[starts + g + 1]!; p += 1) {
          const away = sum(p, s1, s2, s3, a, b, c);
          const far = plus(rows[farBest + g]!, away);
          const next = plus(rows[farSecond + g]!, away);
          const own = rows[given + p]!;
          const mine = rows[classes + p]!;
          const taken = rows[farKind + g]!;
          const near = own < far;
          rows[best + p] = near ? own : far;
          rows[kind + p] = near ? mine : taken;
          rows[second + p] = mine === taken ? next : near ? far : Math.min(next, own);
        }
      }
    },
    sumApart(out, best, kind, second, best2, kind2, second2, length) {
      for (let p = 0; p < length; p += 1) {
        const [one, two] = [rows[best + p]!, rows[best2 + p]!];
        rows[out + p] =
          rows[kind + p] === rows[kind2 + p]
            ? Math.min(plus(one, rows[second2 + p]!), plus(rows[second + p]!, two))
            : plus(one, two);
      }
    },
    pick(into, kinds, classes, equal, other, length) {
      for (let p = 0; p < length; p += 1)
        rows[into + p] = rows[kinds + p] === rows[classes + p] ? rows[equal + p]! : rows[other + p]!;
    },
    foldApart(farBest, farKind, farOther, best, kind, second, s1, s2, s3, f1, f2, f3, starts, groups) {
      const [a, b, c] = [round(f1), round(f2), round(f3)];
      for (let g = 0; g < groups; g += 1) {
        const [begin, end] = [i32[starts + g]!, i32[starts + g + 1]!];
        const value = (p: number) => plus(rows[best + p]!, sum(p, s1, s2, s3, a, b, c));
        const [low, mine] = owner(begin, end, value, kind);
        let other = MOST;
        for (let p = begin; p < end; p += 1) {
          const own = rows[kind + p] === mine ? rows[second + p]! : rows[best + p]!;
          const each = plus(own, sum(p, s1, s2, s3, a, b, c));
          if (each < other) other = each;
        }
        rows[farBest + g] = low;
        rows[farKind + g] = mine;
        rows[farOther + g] = other;
      }
    },
    addLeastApart(into, row, classes, length) {
      const [low, taken] = owner(0, length, (p) => rows[row + p]!, classes);
      let second = MOST;
      for (let p = 0; p < length; p += 1)
        if (rows[classes + p] !== taken && rows[row + p]! < second) second = rows[row + p]!;
      for (let p = 0; p < length; p += 1)
        rows[into + p] = plus(rows[into + p]!, rows[classes + p] === taken ? second : low);
    },
    softDemand(theta, length, lowest, width, use, demand, resources) {
      const [low, wide] = [round(lowest), round(width)];
      const top = plus(low, wide);
      const weightOf = (p: number) => {
        const weight = round(1 - round(round(rows[theta + p]! - low) / wide));
        return times(weight, weight);
      };
      let all = 0;
      for (let p = 0; p < length; p += 1) if (rows[theta + p]! < top) all = plus(all, weightOf(p));
      for (let p = 0; p < length; p += 1) {
        if (rows[theta + p]! >= top) continue;
        const share = round(weightOf(p) / all);
        for (let r = 0, at = use + p; r < resources; r += 1, at += length)
          rows[at] = plus(rows[at]!, times(share, rows[demand + r]!));
      }
    },
    addCosts(into, length, a, b, c, d, t, fa, fb, fc, fd, limit, big, limited) {
      const [ra, rb, rc, most, penalty] = [fa, fb, fc, limit, big].map(round) as FiveNumbers;
      const rd = round(fd);
      for (let p = 0; p < length; p += 1) {
        let cost = plus(sum(p, a, b, c, ra, rb, rc), times(rd, rows[d + p]!));
        if (limited) cost = plus(cost, rows[t + p]! > most ? penalty : 0);
        rows[into + p] = plus(rows[into + p]!, cost);
      }
    },
  };
}

type FiveNumbers = [number, number, number, number, number];
