import * as http from 'node:http';
import * as https from 'node:https';
import { TLSSocket } from 'node:tls';
import { TransportError } from '../runtime/apierror.ts';

export interface ExchangeOptions {
  server: URL;
  agent: http.Agent;
  method: string;
  path: string;
  headers: http.OutgoingHttpHeaders;
  body: string | undefined;
  deadlineMs: number;
  signal: AbortSignal | undefined;
  /** Runs when the connection is there, before the first byte; throwing keeps the request from being sent. */
  guard: (() => void) | undefined;
  /** May be sent again when a kept connection turns out to be closed. */
  repeatable: boolean;
}

/** One request with its answer under way: the head is here, the body is still to be read. */
export interface Exchange {
  readonly response: http.IncomingMessage;
  /** The whole body; rejects with Oversized beyond `maxBytes`. */
  text(maxBytes: number): Promise<string>;
  /** The body as it arrives. Leaving the iteration early closes the connection. */
  chunks(): AsyncIterable<Uint8Array>;
  /** For streams: from here on only the signal ends it. */
  stopDeadline(): void;
  abort(error: TransportError): void;
}

/** Sends one request. Resolves with the head of the answer, rejects with TransportError (or what `guard` threw). */
export async function exchange(options: ExchangeOptions): Promise<Exchange> {
  for (let reconnects = 0; ; reconnects += 1) {
    const attempt = once(options);
    try {
      return await attempt.answer;
    } catch (error) {
      const stale = attempt.reusedConnection() && error instanceof TransportError && error.code === 'Reset';
      if (!stale || !options.repeatable || reconnects >= 2) throw error;
    }
  }
}

interface Attempt {
  answer: Promise<Exchange>;
  reusedConnection(): boolean;
}

function once(options: ExchangeOptions): Attempt {
  const { server, signal, path } = options;
  const request = (server.protocol === 'https:' ? https : http).request({
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port || (server.protocol === 'https:' ? 443 : 80),
    path: server.pathname.replace(/\/$/, '') + path,
    method: options.method,
    // node leaves the length out for DELETE, and the server would take the body for a second request.
    headers:
      options.body === undefined
        ? options.headers
        : { ...options.headers, 'content-length': Buffer.byteLength(options.body) },
    agent: options.agent,
  });
  let failure: unknown;
  let connected = false;
  let fresh = true;

  const answer = new Promise<Exchange>((resolve, reject) => {
    const fail = (error: unknown) => {
      failure ??= error;
      cleanup();
      reject(failure);
      request.destroy(failure instanceof Error ? failure : undefined);
    };
    const onAbort = () =>
      fail(new TransportError('Aborted', `${path}: cancelled`, { cause: signal?.reason }));
    const timer = setTimeout(
      () =>
        fail(
          new TransportError('Deadline', `${path}: no whole answer within ${options.deadlineMs / 1000} s`),
        ),
      options.deadlineMs,
    );
    const cleanup = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    };

    request.on('error', (error) => fail(transportErrorOf(error, path, connected)));
    request.on('response', (response) => {
      // Without a listener an error between two reads would be an uncaught exception.
      response.on('error', () => undefined);
      response.on('close', cleanup);
      const broken = (error: unknown) => failure ?? transportErrorOf(error, path, true);
      resolve({
        response,
        abort: fail,
        stopDeadline: () => clearTimeout(timer),
        text: (maxBytes) => readAll(response, maxBytes, path).catch((error) => Promise.reject(broken(error))),
        async *chunks() {
          try {
            for await (const chunk of response) yield chunk as Uint8Array;
          } catch (error) {
            throw broken(error);
          }
        },
      });
    });

    const send = () => {
      connected = true;
      try {
        options.guard?.();
      } catch (error) {
        fail(error);
        return;
      }
      request.end(options.body);
    };
    // The connection first, then the guard, then the bytes: a handshake may take longer than a lease.
    request.once('socket', (socket) => {
      const secure = socket instanceof TLSSocket;
      fresh = socket.connecting || (secure && (socket as HandshakingSocket).secureConnecting === true);
      if (fresh) socket.once(secure ? 'secureConnect' : 'connect', send);
      else send();
    });
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
  return { answer, reusedConnection: () => !fresh };
}

/** Node's own field, missing in its types; `connecting` is false again before the handshake is done. */
type HandshakingSocket = TLSSocket & { secureConnecting?: boolean };

async function readAll(response: http.IncomingMessage, maxBytes: number, path: string): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    size += (chunk as Buffer).length;
    if (size > maxBytes) {
      throw new TransportError('Oversized', `${path}: the answer is bigger than ${maxBytes} bytes`);
    }
    parts.push(chunk as Buffer);
  }
  return Buffer.concat(parts, size).toString('utf8');
}

function transportErrorOf(error: unknown, path: string, connected: boolean): TransportError {
  if (error instanceof TransportError) return error;
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('HPE_')) {
    return new TransportError('Malformed', `${path}: the answer is not HTTP (${code})`, { cause: error });
  }
  return connected
    ? new TransportError('Reset', `${path}: the connection broke (${code || message})`, { cause: error })
    : new TransportError('Unreachable', `${path}: no connection (${message || code})`, { cause: error });
}
