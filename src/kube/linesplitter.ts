import { StringDecoder } from 'node:string_decoder';

/** A line grew beyond the limit: no object of the API is that big, so the stream is not what it should be. */
export class LineTooLong extends Error {
  override readonly name = 'LineTooLong';
}

/**
 * Cuts a stream of bytes into lines. A line may span chunks, a chunk may hold many lines, and a chunk may
 * end in the middle of a multi-byte character.
 */
export class LineSplitter {
  readonly #decoder = new StringDecoder('utf8');
  readonly #maxLength: number;
  #pieces: string[] = [];
  #length = 0;

  /** @param maxLength of one line, in UTF-16 code units */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** The lines that this chunk completed, without their line breaks; empty ones are left out. */
  push(chunk: Uint8Array): string[] {
    const text = this.#decoder.write(chunk);
    const lines: string[] = [];
    let start = 0;
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      this.#keep(text.slice(start, end));
      this.#flushTo(lines);
      start = end + 1;
    }
    this.#keep(text.slice(start));
    return lines;
  }

  /** What came after the last line break, or undefined: a stream that was cut ends in half a line. */
  rest(): string | undefined {
    this.#keep(this.#decoder.end());
    const lines: string[] = [];
    this.#flushTo(lines);
    return lines[0];
  }

  #keep(piece: string): void {
    if (piece === '') return;
    this.#length += piece.length;
    if (this.#length > this.#maxLength)
      throw new LineTooLong(`line longer than ${this.#maxLength} characters`);
    // Pieces are joined once per line: joining on every chunk makes long lines quadratic.
    this.#pieces.push(piece);
  }

  #flushTo(lines: string[]): void {
    if (this.#length > 0) lines.push(this.#pieces.join(''));
    this.#pieces = [];
    this.#length = 0;
  }
}
