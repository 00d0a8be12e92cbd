/**
 * Delays and ages as people write them in a CodecoApp, in seconds. Two readings exist because the suffix m
 * means minutes to people and milli to Kubernetes quantities: a delay refuses it, an age takes it as minutes.
 */

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h|d)/y;

const SECONDS: Readonly<Record<string, number>> = {
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  μs: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

/** A duration that nobody can read, or that can be read in two ways. */
export class DurationError extends Error {
  readonly code = 'InvalidDuration';
  readonly value: string | number;

  constructor(value: string | number, hint: string) {
    super(`${JSON.stringify(value)} is not a duration: ${hint}`);
    this.name = 'DurationError';
    this.value = value;
  }
}

/**
 * maxDelay and sendInterval: a plain or exponent number is seconds (`1`, `"10e-3"`), else a duration in ns,
 * us, ms or s. Seconds, not negative. Throws {@link DurationError}, also for the suffix m.
 */
export function parseDelay(value: string | number): number {
  const result = readDelay(value);
  if ('hint' in result) throw new DurationError(value, result.hint);
  return result.seconds;
}

/** maxStaleness, cooldowns, horizons: like a delay, and m (minutes), h and d too. Seconds, not negative. */
export function parseAge(value: string | number): number {
  const result = readAge(value);
  if ('hint' in result) throw new DurationError(value, result.hint);
  return result.seconds;
}

/** Seconds, or what to write instead. */
export type DurationReading = { seconds: number } | { hint: string };

/** {@link parseDelay} without throwing. */
export function readDelay(value: string | number): DurationReading {
  const text = String(value).trim();
  const minutes = /^(\d+(?:\.\d+)?)m$/.exec(text);
  if (minutes !== null) return { hint: `write ${minutes[1]}ms or ${Number(minutes[1]) * 60}s` };
  return read(
    text,
    /^(ns|us|µs|μs|ms|s)$/,
    'write seconds (0.5, "10e-3") or a duration in ns, us, ms or s, for example 10ms',
  );
}

/** {@link parseAge} without throwing. */
export function readAge(value: string | number): DurationReading {
  return read(String(value).trim(), /./, 'write a duration in ms, s, m, h or d, for example 15m or 1h30m');
}

function read(text: string, units: RegExp, hint: string): DurationReading {
  if (NUMBER.test(text)) return notNegative(Number(text), hint);
  if (text.startsWith('-')) return { hint: `it is negative; ${hint}` };
  let seconds = 0;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const match = PART.exec(text);
    if (match === null || !units.test(match[2]!)) return { hint };
    const factor = SECONDS[match[2]!]!;
    seconds += factor < 1 ? Number(match[1]) / Math.round(1 / factor) : Number(match[1]) * factor;
  }
  return text === '' ? { hint } : notNegative(seconds, hint);
}

function notNegative(seconds: number, hint: string): DurationReading {
  if (!Number.isFinite(seconds)) return { hint };
  return seconds < 0 ? { hint: `it is negative; ${hint}` } : { seconds };
}
