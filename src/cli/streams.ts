/** Where the command line reads and writes; the process by default, a test otherwise. */
export interface Streams {
  stdin: NodeJS.ReadableStream;
  out: (text: string) => void;
  err: (text: string) => void;
  /** Standard output is a terminal that shows colours. */
  colour?: boolean;
}

/**
 * Exit codes of the command line, for scripts: all placed or all valid; at least one application without a
 * place (proved, or it waits for room that others hold); input or usage that cannot be understood; nothing
 * found within the budget, without a proof that there is nothing.
 */
export const EXIT = { ok: 0, infeasible: 2, badInput: 3, noneFound: 4 } as const;

/** Input or usage that cannot be understood. The message says where, and what would be right. */
export class InputError extends Error {
  override readonly name = 'InputError';
  /** Show how the command is used. */
  readonly usage: boolean;

  constructor(message: string, options: ErrorOptions & { usage?: boolean } = {}) {
    super(message, options);
    this.usage = options.usage ?? false;
  }
}
