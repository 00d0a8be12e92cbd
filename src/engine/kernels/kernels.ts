/**
 * The inner loops of the large path, on 32-bit elements of one memory. All places are offsets in elements,
 * all lengths multiples of four. Written twice: in AssemblyScript (`assembly/`, with SIMD) and in plain
 * TypeScript; both round every operation to single precision in the same order, so they agree bit for bit.
 *
 * A cost row is `alpha * a + beta * b + gamma * c`, plus `big` where `t` exceeds `limit`; `third` and
 * `limited` say whether c and t count. Costs and coefficients are never negative.
 */
export interface Kernels {
  /** out[l] = min over k of from[k] + cost(k, l); rows are `stride` apart. O(length^2), many rows skipped. */
  message(
    from: number,
    out: number,
    length: number,
    stride: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /** The same where `from` and `out` hold double precision numbers, two elements each, for reported bounds. */
  messageExact(
    from: number,
    out: number,
    length: number,
    stride: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /**
   * By column l: best[l] = min over k of from[k] + cost(k, l), kind[l] the class of that row, and second[l] the
   * least over rows of another class. Classes and kinds are integers. O(length^2)
   */
  topTwo(
    from: number,
    classes: number,
    best: number,
    kind: number,
    second: number,
    length: number,
    stride: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /** out[l] = min over k of cost(k, l) + (classes[l] == kinds[k] ? clash[k] : from[k]); clash is nowhere less than from. */
  messageApart(
    from: number,
    clash: number,
    kinds: number,
    classes: number,
    out: number,
    length: number,
    stride: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /** `topTwo` in double precision: numbers and integers of all rows take two elements each. */
  topTwoExact(
    from: number,
    classes: number,
    best: number,
    kind: number,
    second: number,
    length: number,
    stride: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /** `messageApart` in double precision: numbers and integers of all rows take two elements each. */
  messageApartExact(
    from: number,
    clash: number,
    kinds: number,
    classes: number,
    out: number,
    length: number,
    stride: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /** into += sign * cost, for one row. */
  addCosts(
    into: number,
    length: number,
    sign: number,
    a: number,
    b: number,
    c: number,
    t: number,
    alpha: number,
    beta: number,
    gamma: number,
    limit: number,
    big: number,
    third: boolean,
    limited: boolean,
  ): void;
  /** into += factor * row */
  addScaled(into: number, row: number, factor: number, length: number): void;
  /** into = -row */
  negate(into: number, row: number, length: number): void;
  /** into += amount */
  addConstant(into: number, amount: number, length: number): void;
  /** into = min(into, row + amount) */
  lowerTo(into: number, row: number, amount: number, length: number): void;
  least(row: number, length: number): number;
  /** First index from `start` on whose value is below the limit; `length` where there is none. */
  nextBelow(row: number, start: number, length: number, limit: number): number;
  /** into[k] += values[labelOf[k]] */
  expand(into: number, values: number, labelOf: number, length: number): void;
  /** into[z] = least of row[k] + factor * own[k] over the stretch of zone z, starts[z] to starts[z + 1] */
  zoneLeast(into: number, row: number, own: number, factor: number, starts: number, zones: number): void;
  /** into[k] = min(row[k], zone[z(k)] + factor * own[k]) */
  zoneSpread(
    into: number,
    row: number,
    zone: number,
    own: number,
    factor: number,
    starts: number,
    zones: number,
  ): void;
}
