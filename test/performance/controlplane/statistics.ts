/** Middle and worst of repeated measurements, in the unit they were measured in. */
export interface Summary {
  median: number;
  worst: number;
  values: number[];
}

export function summary(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] ?? Number.NaN,
    worst: sorted.at(-1) ?? Number.NaN,
    values: [...values],
  };
}

export function seconds({ median, worst }: Summary): string {
  return `${median.toFixed(2)} s (worst ${worst.toFixed(2)} s)`;
}

/** Runs `work` over `items`, at most `width` at once. */
export async function concurrently<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  const waiting = [...items];
  const lane = async () => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: width }, lane));
}
