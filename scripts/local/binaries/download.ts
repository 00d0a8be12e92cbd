import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Checksum } from './checksums.ts';
import { BinaryError } from './source.ts';

/** A server that does not answer within this time, connection and first byte together, is given up. */
const FIRST_BYTE_MS = 10_000;
/** So is one that stops in the middle. */
const STALL_MS = 30_000;

/** The server answered, but not with the file: other files of the same host may still be had. */
export class NotServed extends Error {
  override readonly name = 'NotServed';
}

/** How long to wait; tests wait less. */
export interface Patience {
  firstByteMs: number;
  stallMs: number;
}
export const PATIENCE: Patience = { firstByteMs: FIRST_BYTE_MS, stallMs: STALL_MS };

/**
 * Fetches a file and compares its digest.
 *
 * @throws NotServed for an HTTP status that is not 2xx; BinaryError for a wrong digest; else what `fetch`
 * throws when the server cannot be reached or stops answering
 */
export async function download(
  url: string,
  checksum: Checksum,
  file: string,
  patience: Patience,
): Promise<void> {
  const silence = new AbortController();
  const response = await request(url, silence, patience);
  if (!response.body) throw new NotServed(`${url}: empty answer`);
  const stalled = () => silence.abort(new Error(`nothing came for ${patience.stallMs / 1000} s`));
  let timer = setTimeout(stalled, patience.stallMs);
  const hash = createHash(checksum.algorithm);
  const hashing = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      clearTimeout(timer);
      timer = setTimeout(stalled, patience.stallMs);
      hash.update(chunk);
      done(null, chunk);
    },
  });
  try {
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
  } finally {
    clearTimeout(timer);
  }
  const found = hash.digest('hex');
  if (found !== checksum.hex) {
    throw new BinaryError(`${url}: ${checksum.algorithm} is ${found}, must be ${checksum.hex}`);
  }
}

async function request(url: string, silence: AbortController, patience: Patience): Promise<Response> {
  const timer = setTimeout(
    () => silence.abort(new Error(`no answer within ${patience.firstByteMs / 1000} s`)),
    patience.firstByteMs,
  );
  try {
    const response = await fetch(url, { signal: silence.signal, redirect: 'follow' });
    if (!response.ok) throw new NotServed(`${url}: HTTP ${response.status}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}
