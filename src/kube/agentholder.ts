import * as http from 'node:http';
import * as https from 'node:https';
import { TransportError } from '../runtime/apierror.ts';
import type { Credentials } from './endpoint.ts';
import type { Exchange } from './exchange.ts';

/** Below the 90 s after which kube-apiserver closes an idle connection: a write must not meet a closed one. */
const IDLE_MS = 60_000;

/** Requests under way at once; more wait for a connection. A handshake costs more than most requests. */
const MAX_CONNECTIONS = 64;

/**
 * Owns the connections, and makes new ones when the client certificate or the CA changes. Streams have an
 * agent of their own: were they counted, enough watches would leave no connection for requests.
 */
export class AgentHolder {
  readonly #secure: boolean;
  #agents: { requests: http.Agent; streams: http.Agent } | undefined;
  #identity = '';
  readonly #streams = new Set<Exchange>();

  constructor(server: URL) {
    this.#secure = server.protocol === 'https:';
  }

  agentFor(credentials: Credentials, use: 'requests' | 'streams'): http.Agent {
    if (!this.#agents || this.#identity !== credentials.tlsIdentity) {
      this.#retire();
      this.#agents = { requests: this.#make(credentials, MAX_CONNECTIONS), streams: this.#make(credentials) };
      this.#identity = credentials.tlsIdentity;
    }
    return this.#agents[use];
  }

  /** Streams live for minutes; they are cut on rotation, or they would outlive their certificate. */
  track(stream: Exchange): void {
    this.#streams.add(stream);
    stream.response.once('close', () => this.#streams.delete(stream));
  }

  close(): void {
    this.#agents?.requests.destroy();
    this.#agents?.streams.destroy();
    this.#agents = undefined;
  }

  #make(credentials: Credentials, maxSockets = Number.POSITIVE_INFINITY): http.Agent {
    const options = { keepAlive: true, timeout: IDLE_MS, maxSockets };
    return this.#secure ? new https.Agent({ ...options, ...credentials.tls }) : new http.Agent(options);
  }

  /** Idle connections go now, busy ones after their answer: resetting a write would hide whether it was done. */
  #retire(): void {
    const old = this.#agents?.requests;
    if (!old) return;
    old.maxFreeSockets = 0;
    for (const socket of Object.values(old.freeSockets).flat()) socket?.destroy();
    for (const stream of this.#streams) {
      stream.abort(new TransportError('Reset', 'the client certificate or the CA was replaced'));
    }
  }
}
