import * as http from 'node:http';
import * as https from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { TLSSocket } from 'node:tls';
import { errorEvent, type Fault, type Stroke, statusBody } from './fault.ts';
import { headOf, isWrite, type RequestHead } from './requesthead.ts';

export interface FaultProxyOptions {
  /** The API server. */
  target: string;
  /** PEM of the authority that signed the API server's certificate. */
  ca: string;
  /**
   * Towards the API server the proxy is this certificate user. Left out: requests are authenticated by the
   * Authorization header that they bring. Client certificates of clients end here and do not pass.
   */
  identity?: { certificate: string; key: string };
  /** Serves TLS to clients. Left out: plain http, which the suite's transport accepts on loopback. */
  serve?: { certificate: string; key: string };
}

export interface RequestRecord extends RequestHead {
  /** ms since the epoch, when the request came. */
  at: number;
  /** What the client was answered; 0 while, or because, no answer was sent. */
  status: number;
  /** The fault that it met. */
  fault?: Fault['kind'];
}

type Match = (head: RequestHead) => boolean;

interface Rule {
  fault: Fault;
  match: Match;
  left: number;
}

interface Stream {
  head: RequestHead;
  response: http.ServerResponse;
  frozen: boolean;
}

/** They speak of one connection, and there are two. */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'transfer-encoding']);

/**
 * Stands between clients and a real API server, writes down every request, and makes go wrong what it is
 * told to. Answers pass as they arrive, watch streams foremost. Upgrades (exec, port-forward) do not pass.
 */
export class FaultProxy {
  readonly records: RequestRecord[] = [];
  readonly #options: FaultProxyOptions;
  readonly #target: URL;
  readonly #server: http.Server;
  readonly #agent: https.Agent;
  readonly #sockets = new Set<Socket>();
  readonly #streams = new Set<Stream>();
  #rules: Rule[] = [];
  #port = 0;

  private constructor(options: FaultProxyOptions) {
    this.#options = options;
    this.#target = new URL(options.target);
    this.#agent = new https.Agent({
      keepAlive: true,
      ca: options.ca,
      ...(options.identity ? { cert: options.identity.certificate, key: options.identity.key } : {}),
    });
    const handle = (request: http.IncomingMessage, response: http.ServerResponse) => {
      this.#handle(request, response).catch(() => reset(response));
    };
    const { serve } = options;
    this.#server = serve
      ? https.createServer({ cert: serve.certificate, key: serve.key }, handle)
      : http.createServer(handle);
    // Only faults end connections here.
    this.#server.keepAliveTimeout = 0;
    this.#server.requestTimeout = 0;
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(options: FaultProxyOptions): Promise<FaultProxy> {
    const proxy = new FaultProxy(options);
    await proxy.#listen();
    return proxy;
  }

  /** Where clients connect instead of to the API server. */
  get url(): string {
    return `${this.#options.serve ? 'https' : 'http'}://127.0.0.1:${this.#port}`;
  }

  /** Writes seen so far, in order; without lease renewals when `renewals` is false. */
  writes(options: { renewals: boolean } = { renewals: true }): RequestRecord[] {
    return this.records.filter(
      (record) => isWrite(record) && (options.renewals || record.resource !== 'leases'),
    );
  }

  /** The next `times` requests that match meet the fault. The rule added first wins. Returns its removal. */
  inject(fault: Fault, options: { match?: Match; times?: number } = {}): () => void {
    const { match = () => true, times = 1 } = options;
    const rule: Rule = { fault, match, left: times };
    this.#rules.push(rule);
    return () => {
      this.#rules = this.#rules.filter((other) => other !== rule);
    };
  }

  /** Does it to every watch stream that is open now and matches; returns to how many. */
  strike(stroke: Stroke, match: Match = () => true): number {
    const struck = [...this.#streams].filter((stream) => !stream.frozen && match(stream.head));
    for (const stream of struck) {
      stream.frozen = true;
      if (stroke === 'Gone') stream.response.end(errorEvent(410));
      if (stroke === 'Reset') {
        // Half an event first: what was cut must not be taken for an event.
        stream.response.write('{"type":"MODIFIED","object":{"kind":"Conf');
        setImmediate(() => reset(stream.response));
      }
    }
    return struck.length;
  }

  /** Every stream and every request from now on is half-open, until the function that is returned is called. */
  blackhole(match: Match = () => true): () => void {
    this.strike('Freeze', match);
    return this.inject({ kind: 'HalfOpen' }, { match, times: Number.POSITIVE_INFINITY });
  }

  /** Resets all connections and refuses new ones, as when nobody listens. */
  refuse(): void {
    this.#server.close();
    this.resetConnections();
  }

  /** Listens again, on the same port. */
  async accept(): Promise<void> {
    if (!this.#server.listening) await this.#listen();
  }

  resetConnections(): void {
    for (const socket of this.#sockets) resetSocket(socket);
  }

  /** No further faults; frozen streams stay frozen. */
  heal(): void {
    this.#rules = [];
  }

  /** Watch streams that are open now. */
  get openStreams(): number {
    return this.#streams.size;
  }

  async stop(): Promise<void> {
    this.resetConnections();
    this.#agent.destroy();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  async #listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, '127.0.0.1', () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  #faultFor(head: RequestHead): Fault | undefined {
    const rule = this.#rules.find((candidate) => candidate.left > 0 && candidate.match(head));
    if (!rule) return undefined;
    rule.left -= 1;
    if (rule.left === 0) this.#rules = this.#rules.filter((other) => other !== rule);
    return rule.fault;
  }

  async #handle(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    const record: RequestRecord = { ...headOf(request), at: Date.now(), status: 0 };
    this.records.push(record);
    const fault = this.#faultFor(record);
    if (fault) record.fault = fault.kind;
    switch (fault?.kind) {
      case 'HalfOpen':
        request.resume();
        return;
      case 'Status': {
        const { status, reason = '', retryAfterSeconds } = fault;
        record.status = status;
        response.writeHead(status, {
          'content-type': 'application/json',
          ...(retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) }),
        });
        response.end(statusBody(status, reason));
        return;
      }
      case 'ErrorEvent':
        record.status = 200;
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end(errorEvent(fault.code));
        return;
      case 'Reset':
        if (fault.when !== 'BeforeServer') break;
        reset(response);
        return;
      case 'Hold':
        await fault.until;
        break;
      case 'Slow':
      case undefined:
        break;
    }
    const answer = await this.#forward(request, response);
    if (fault?.kind === 'Reset' && fault.when === 'BeforeAnswer') {
      // The whole answer is there: the server has done what was asked.
      answer.resume();
      reset(response);
      return;
    }
    record.status = answer.statusCode ?? 0;
    const headers = Object.entries(answer.headers).filter(([name]) => !HOP_HEADERS.has(name));
    response.writeHead(record.status, Object.fromEntries(headers));
    response.flushHeaders();
    if (record.verb === 'watch') await this.#stream(record, answer, response, fault);
    else await pass(answer, response, fault);
  }

  #forward(request: http.IncomingMessage, response: http.ServerResponse): Promise<http.IncomingMessage> {
    const { connection: _, ...headers } = request.headers;
    return new Promise((resolve, reject) => {
      const upstream = https.request({
        host: this.#target.hostname,
        port: this.#target.port,
        method: request.method,
        path: request.url,
        headers: { ...headers, host: this.#target.host },
        agent: this.#agent,
      });
      upstream.once('response', resolve);
      upstream.on('error', reject);
      response.once('close', () => upstream.destroy());
      request.pipe(upstream);
    });
  }

  async #stream(
    head: RequestHead,
    answer: http.IncomingMessage,
    response: http.ServerResponse,
    fault: Fault | undefined,
  ): Promise<void> {
    const stream: Stream = { head, response, frozen: false };
    this.#streams.add(stream);
    response.once('close', () => this.#streams.delete(stream));
    await pass(answer, response, fault, () => stream.frozen);
  }
}

/** Hands on the body as it arrives, or with the fault that lies in it. What is frozen is swallowed. */
async function pass(
  answer: http.IncomingMessage,
  response: http.ServerResponse,
  fault: Fault | undefined,
  isFrozen: () => boolean = () => false,
): Promise<void> {
  const cutAfter = fault?.kind === 'Reset' && fault.when === 'InBody' ? (fault.afterBytes ?? 0) : undefined;
  let passed = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (isFrozen()) continue;
    passed += chunk.length;
    if (cutAfter !== undefined && passed >= cutAfter) {
      response.write(chunk.subarray(0, Math.ceil(chunk.length / 2)), () => reset(response));
      return;
    }
    if (fault?.kind === 'Slow') await slowly(chunk, response, fault);
    else if (!response.write(chunk)) await drained(response);
  }
  if (!isFrozen()) response.end();
}

async function slowly(
  chunk: Buffer,
  response: http.ServerResponse,
  { bytes, delayMs }: { bytes: number; delayMs: number },
): Promise<void> {
  for (let at = 0; at < chunk.length && !response.destroyed; at += bytes) {
    response.write(chunk.subarray(at, at + bytes));
    await delay(delayMs);
  }
}

function drained(response: http.ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      response.off('drain', done);
      response.off('close', done);
      resolve();
    };
    response.once('drain', done);
    response.once('close', done);
  });
}

function reset(response: http.ServerResponse): void {
  if (response.socket) resetSocket(response.socket);
}

/** TCP RST, so that the client sees a broken connection and no orderly end; under TLS a bare end of the stream. */
function resetSocket(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket instanceof TLSSocket) socket.destroy();
  else socket.resetAndDestroy();
}
