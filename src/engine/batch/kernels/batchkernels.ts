export type Precision = 'Single' | 'Double';

/**
 * The inner loops of the batch, on rows of one memory, in single or double precision. Written twice: in
 * AssemblyScript (`kernels/assembly/batchrows.ts`, with SIMD) and in plain TypeScript; both round every operation in the
 * same order, so they agree bit for bit.
 *
 * Places of rows are offsets in elements of the precision, those of `rows`, `starts` in integers. Lengths and
 * stretches of groups are multiples of four. A potential is `f1 * s1 + f2 * s2 + f3 * s3`; a cost between groups
 * `fa * a + fb * b + fc * c`, never negative, plus `big` where `t` exceeds `limit` and `limited`. Classes and
 * kinds are whole numbers in rows.
 */
export interface BatchKernels {
  /** into = base + sum of factors[i] * (row at rows[i]); returns the least. */
  combine(into: number, base: number, rows: number, factors: number, count: number, length: number): number;
  /** into += factor * row */
  addScaled(into: number, row: number, factor: number, length: number): void;
  /** into = part * theta - message */
  give(into: number, theta: number, part: number, message: number, length: number): void;
  /** into = -row */
  negate(into: number, row: number, length: number): void;
  /** into = min(into, row + amount) */
  lowerTo(into: number, row: number, amount: number, length: number): void;
  least(row: number, length: number): number;
  /** row += big where room is below the amount. */
  forbid(row: number, room: number, amount: number, big: number, length: number): void;
  /** into[g] = least of row + potential over the stretch of group g, starts[g] to starts[g + 1] */
  fold(
    into: number,
    row: number,
    s1: number,
    s2: number,
    s3: number,
    f1: number,
    f2: number,
    f3: number,
    starts: number,
    groups: number,
  ): void;
  /** into[p] = min(row[p], values[group of p] + potential) */
  spread(
    into: number,
    row: number,
    values: number,
    s1: number,
    s2: number,
    s3: number,
    f1: number,
    f2: number,
    f3: number,
    starts: number,
    groups: number,
  ): void;
  /** out[h] = min over g of from[g] + cost(g, h); matrices of length x length. O(length^2), rows skipped. */
  product(
    from: number,
    out: number,
    length: number,
    a: number,
    b: number,
    c: number,
    t: number,
    fa: number,
    fb: number,
    fc: number,
    limit: number,
    big: number,
    limited: boolean,
  ): void;
  /** By column: the least of from[g] + cost, the class of its row, and the least over rows of another class. */
  topTwo(
    from: number,
    classes: number,
    best: number,
    kind: number,
    second: number,
    length: number,
    a: number,
    b: number,
    c: number,
    t: number,
    fa: number,
    fb: number,
    fc: number,
    limit: number,
    big: number,
    limited: boolean,
  ): void;
  /** out[h] = min over g of (kind[g] = classes[h] ? other[g] : best[g]) + cost(g, h) */
  productApart(
    best: number,
    kind: number,
    other: number,
    classes: number,
    out: number,
    length: number,
    a: number,
    b: number,
    c: number,
    t: number,
    fa: number,
    fb: number,
    fc: number,
    limit: number,
    big: number,
    limited: boolean,
  ): void;
  /**
   * By position of a callee: what a caller costs at least, there for what it gave, or elsewhere for the far
   * values of the group plus the potential; of which class, and the least of another class.
   */
  callerLeast(
    best: number,
    kind: number,
    second: number,
    given: number,
    classes: number,
    farBest: number,
    farKind: number,
    farSecond: number,
    s1: number,
    s2: number,
    s3: number,
    f1: number,
    f2: number,
    f3: number,
    starts: number,
    groups: number,
  ): void;
  /** out = the least sum of two that are of different kinds. */
  sumApart(
    out: number,
    best: number,
    kind: number,
    second: number,
    best2: number,
    kind2: number,
    second2: number,
    length: number,
  ): void;
  /** into = kinds = classes ? equal : other */
  pick(into: number, kinds: number, classes: number, equal: number, other: number, length: number): void;
  /** By group: the least of best + potential, its kind, and the least where that kind takes its second. */
  foldApart(
    farBest: number,
    farKind: number,
    farOther: number,
    best: number,
    kind: number,
    second: number,
    s1: number,
    s2: number,
    s3: number,
    f1: number,
    f2: number,
    f3: number,
    starts: number,
    groups: number,
  ): void;
  /** into[p] += the least of row over positions of another class than p. */
  addLeastApart(into: number, row: number, classes: number, length: number): void;
  /** Shares the demand among positions below least + width, the nearer the more; one row of use for each resource. */
  softDemand(
    theta: number,
    length: number,
    least: number,
    width: number,
    use: number,
    demand: number,
    resources: number,
  ): void;
  /** into += fa * a + fb * b + fc * c + fd * d, plus big where t exceeds the limit. */
  addCosts(
    into: number,
    length: number,
    a: number,
    b: number,
    c: number,
    d: number,
    t: number,
    fa: number,
    fb: number,
    fc: number,
    fd: number,
    limit: number,
    big: number,
    limited: boolean,
  ): void;
}
