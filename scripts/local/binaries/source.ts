import type { Binary, Family } from './versions.ts';

/** Where binaries can come from. Sources are asked in order; the first that delivers wins. */
export interface BinarySource {
  /** For people: `release archives`. */
  readonly name: string;
  /**
   * Puts binaries of one family into a folder, under their names, or says why it can't. A family is asked
   * for at once: its binaries come out of one archive, or of one module.
   *
   * @throws BinaryError when what it found must not be used (wrong checksum)
   */
  provide(family: Family, binaries: readonly Binary[], folder: string): Promise<Provided>;
}

export type Provided = { ok: true } | { ok: false; reason: string };

/** A source delivered something wrong; going on with the next one would hide an attack or a broken cache. */
export class BinaryError extends Error {
  override readonly name = 'BinaryError';
}
