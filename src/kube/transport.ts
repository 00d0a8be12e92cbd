import type { OutgoingHttpHeaders } from 'node:http';
import { hasCode, TransportError } from '../runtime/apierror.ts';
import type { Clock } from '../runtime/clock.ts';
import { realClock } from '../runtime/realclock.ts';
import { AgentHolder } from './agentholder.ts';
import type { Credentials, Endpoint } from './endpoint.ts';
import { type Exchange, exchange } from './exchange.ts';
import { createLimiter, type Limiter } from './limiter.ts';
import { LineSplitter, LineTooLong } from './linesplitter.ts';
import { apiErrorOf } from './statuserror.ts';

/** RBAC's verbs, for metrics and for what may be repeated. */
export type Verb = 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete';

export interface TransportRequest {
  verb: Verb;
  /** Path and query, from the server's root. */
  path: string;
  /** Sent as JSON. */
  body?: unknown;
  /** Left out: application/json. */
  contentType?: string;
  headers?: Record<string, string | string[]>;
  /** For the whole answer; of a stream, for its first line of status. Left out: the transport's. */
  deadlineMs?: number;
  signal?: AbortSignal;
  /**
   * Runs when the connection is there, just before the first byte is sent, again on every repetition.
   * When it throws, nothing is sent and the request rejects with what it threw.
   */
  guard?: () => void;
}

/** One attempt, for metrics. `code` is the HTTP status, or the TransportErrorCode when no answer came. */
export interface RequestSample {
  verb: Verb;
  method: string;
  code: string;
  seconds: number;
}

export interface TransportOptions {
  endpoint: Endpoint;
  userAgent?: string;
  clock?: Clock;
  random?: () => number;
  deadlineMs?: number;
  /** Client-side limit; API servers defend themselves, this one only stops a loop that went wild. */
  qps?: number;
  burst?: number;
  /** A bigger answer is refused while it arrives: parsing it would cost several times as much memory. */
  maxAnswerBytes?: number;
  observe?: (sample: RequestSample) => void;
}

const DEADLINE_MS = 30_000;
const QPS = 1_000;
const BURST = 2_000;

const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** etcd takes 1.5 MiB for an object; as an event in JSON it stays well below this. */
const MAX_LINE_LENGTH = 16 * 1024 * 1024;

/** Attempts at a request that the server puts off, the first one included. */
const THROTTLED_ATTEMPTS = 5;
const MAX_RETRY_AFTER_SECONDS = 30;

const METHODS: Record<Verb, string> = {
  get: 'GET',
  list: 'GET',
  watch: 'GET',
  create: 'POST',
  update: 'PUT',
  patch: 'PATCH',
  delete: 'DELETE',
};

/**
 * HTTP to one API server over kept-alive connections. Rejects with ApiError when the server answers with
 * a failure, with TransportError when no whole answer came.
 *
 * Repeated here, because nothing was executed: 401 once with credentials read again; 429, a bounded number
 * of times, after the wait that the server asks for; reads on 503 with Retry-After, and once when a kept
 * connection turns out to be closed. Everything else is the caller's decision.
 */
export class Transport {
  readonly #options: TransportOptions;
  readonly #clock: Clock;
  readonly #limiter: Limiter;
  readonly #agents: AgentHolder;
  readonly #maxAnswerBytes: number;

  constructor(options: TransportOptions) {
    this.#options = options;
    this.#clock = options.clock ?? realClock;
    this.#limiter = createLimiter(this.#clock, options.qps ?? QPS, options.burst ?? BURST);
    this.#agents = new AgentHolder(options.endpoint.server);
    this.#maxAnswerBytes = options.maxAnswerBytes ?? MAX_ANSWER_BYTES;
  }

  /** The body of a successful answer, as text. */
  send(request: TransportRequest): Promise<string> {
    return this.#repeat(request, async (open) => checked(open, await open.text(this.#maxAnswerBytes)));
  }

  /** The body of a successful answer, parsed; rejects with Malformed when it is not JSON. */
  async json(request: TransportRequest): Promise<unknown> {
    const text = await this.send(request);
    try {
      return JSON.parse(text);
    } catch (error) {
      throw new TransportError('Malformed', `${request.path}: the answer is not JSON`, { cause: error });
    }
  }

  /**
   * Opens a stream of lines: resolves when the server has accepted it. The iteration ends when the server
   * ends it, and rejects when the connection breaks, the signal aborts or the credentials' certificate is
   * replaced. Leaving the iteration closes the connection.
   */
  lines(request: TransportRequest): Promise<AsyncIterable<string>> {
    return this.#repeat(request, async (open) => {
      if (open.response.statusCode !== 200) checked(open, await open.text(this.#maxAnswerBytes));
      open.stopDeadline();
      this.#agents.track(open);
      return linesOf(open);
    });
  }

  /** Closes every connection. Requests under way are reset. */
  close(): void {
    this.#agents.close();
  }

  async #repeat<T>(request: TransportRequest, read: (open: Exchange) => Promise<T>): Promise<T> {
    let credentials = await this.#credentials(request);
    let renewed = false;
    for (let attempt = 1; ; ) {
      await this.#wait(request, this.#limiter.acquire(request.signal));
      try {
        return await this.#attempt(request, credentials, read);
      } catch (error) {
        if (hasCode(error, 'Unauthorized') && !renewed) {
          renewed = true;
          credentials = await this.#credentials(request, credentials);
          continue;
        }
        const seconds = retryAfterSeconds(error, request.verb);
        if (seconds === undefined || attempt >= THROTTLED_ATTEMPTS) throw error;
        attempt += 1;
        const jitter = 1 + 0.25 * (this.#options.random ?? Math.random)();
        await this.#wait(request, this.#clock.sleep(seconds * 1000 * jitter, request.signal));
      }
    }
  }

  async #attempt<T>(
    request: TransportRequest,
    credentials: Credentials,
    read: (open: Exchange) => Promise<T>,
  ): Promise<T> {
    const started = this.#clock.monotonic();
    const method = METHODS[request.verb];
    let code = '';
    try {
      const open = await exchange({
        server: this.#options.endpoint.server,
        agent: this.#agents.agentFor(credentials, request.verb === 'watch' ? 'streams' : 'requests'),
        method,
        path: request.path,
        headers: this.#headers(request, credentials),
        body: request.body === undefined ? undefined : JSON.stringify(request.body),
        deadlineMs: request.deadlineMs ?? this.#options.deadlineMs ?? DEADLINE_MS,
        signal: request.signal,
        guard: request.guard,
        repeatable: method === 'GET',
      });
      code = String(open.response.statusCode);
      return await read(open);
    } catch (error) {
      if (error instanceof TransportError) code = error.code;
      throw error;
    } finally {
      const seconds = (this.#clock.monotonic() - started) / 1000;
      this.#options.observe?.({ verb: request.verb, method, code, seconds });
    }
  }

  async #credentials(request: TransportRequest, rejected?: Credentials): Promise<Credentials> {
    try {
      return await this.#options.endpoint.credentials(rejected);
    } catch (error) {
      throw new TransportError('Unreachable', `${request.path}: ${(error as Error).message}`, {
        cause: error,
      });
    }
  }

  #headers(request: TransportRequest, credentials: Credentials): OutgoingHttpHeaders {
    return {
      accept: 'application/json',
      'user-agent': this.#options.userAgent ?? 'codeco',
      ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
      ...credentials.headers,
      ...request.headers,
    };
  }

  async #wait(request: TransportRequest, waiting: Promise<void>): Promise<void> {
    try {
      await waiting;
    } catch (error) {
      throw new TransportError('Aborted', `${request.path}: cancelled before it was sent`, { cause: error });
    }
  }
}

/** The body of an answer that is a success. */
function checked(open: Exchange, body: string): string {
  const status = open.response.statusCode ?? 0;
  if (status >= 200 && status < 300) return body;
  throw apiErrorOf(status, body, open.response.headers['retry-after']);
}

/** How long to wait before the same request may be sent again; undefined when it may not. */
function retryAfterSeconds(error: unknown, verb: Verb): number | undefined {
  if (!hasCode(error, 'Throttled')) return undefined;
  // 429 comes from the API server's own filters, before anything ran. A 503 can come from in between.
  if (error.details.httpStatus !== 429 && METHODS[verb] !== 'GET') return undefined;
  return Math.min(error.details.retryAfterSeconds ?? 1, MAX_RETRY_AFTER_SECONDS);
}

async function* linesOf(open: Exchange): AsyncGenerator<string> {
  const splitter = new LineSplitter(MAX_LINE_LENGTH);
  try {
    for await (const chunk of open.chunks()) yield* splitter.push(chunk);
    const rest = splitter.rest();
    if (rest !== undefined) yield rest;
  } catch (error) {
    if (error instanceof LineTooLong) throw new TransportError('Oversized', error.message, { cause: error });
    throw error;
  }
}
