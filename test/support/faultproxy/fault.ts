/** What goes wrong with one request. */
export type Fault =
  /**
   * The connection is reset: before the server sees the request; after it carried it out but before a byte
   * of the answer; or inside the answer, half-way through its first piece of `afterBytes` or more.
   */
  | { kind: 'Reset'; when: 'BeforeServer' | 'BeforeAnswer' }
  | { kind: 'Reset'; when: 'InBody'; afterBytes?: number }
  /** The proxy answers in the server's place, with a metav1.Status. */
  | { kind: 'Status'; status: number; reason?: string; retryAfterSeconds?: number }
  /** A watch is accepted, and its first event is an ERROR with the given code. */
  | { kind: 'ErrorEvent'; code: number }
  /** The connection stays; nothing is forwarded and nothing comes back, ever. */
  | { kind: 'HalfOpen' }
  /** The answer arrives in small pieces. */
  | { kind: 'Slow'; bytes: number; delayMs: number }
  /** The request waits at the proxy until the promise resolves, and then goes on. */
  | { kind: 'Hold'; until: Promise<void> };

/**
 * What happens to the streams that are open now: reset in the middle of an event; ended with an ERROR event
 * 410; or frozen, that is half-open from here on.
 */
export type Stroke = 'Reset' | 'Gone' | 'Freeze';

export function statusBody(code: number, reason: string): string {
  const message = `injected ${code}`;
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', message, reason, code });
}

export function errorEvent(code: number): string {
  const reason = code === 410 ? 'Expired' : 'InternalError';
  return `{"type":"ERROR","object":${statusBody(code, reason)}}\n`;
}
