import type { Binary } from './versions.ts';

/** Where a binary can come from. Sources are asked in order; the first that delivers wins. */
export interface BinarySource {
  /** For people: `release archives`. */
  readonly name: string;
  /**
   * Puts the binary at `target` (a file that does not exist yet), or says why it can't.
   * @throws BinaryError when what it found must not be used (wrong checksum)
   */
  provide(binary: Binary, target: string): Promise<Provided>;
}

export type Provided = { ok: true } | { ok: false; reason: string };

/** A source delivered something wrong; going on with the next one would hide an attack or a broken cache. */
export class BinaryError extends Error {
  override readonly name = 'BinaryError';
}
