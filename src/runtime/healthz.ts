import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';

/** A named look at one part of the process: undefined when it is well, else what is wrong. */
export type Check = () => string | undefined;

export interface HealthServerOptions {
  /** Empty: every address, of IPv6 too where there is one. */
  host: string;
  port: number;
  registry: Registry;
  /** Failing: the process should be restarted. */
  live: ReadonlyMap<string, Check>;
  /** Failing: the process should get no work, and be left alone. */
  ready: ReadonlyMap<string, Check>;
}

/** Serves /healthz, /readyz and /metrics; a failing check is named in the body with its reason. */
export class HealthServer {
  readonly #options: HealthServerOptions;
  readonly #server: Server;

  constructor(options: HealthServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request.url ?? '/').then(
        ({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  }

  /** Resolves with the port once it listens. */
  listen(): Promise<number> {
    const { host, port } = this.#options;
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen({ port, ...(host === '' ? {} : { host }) }, () =>
        resolve((this.#server.address() as AddressInfo).port),
      );
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #answer(url: string): Promise<{ status: number; type: string; body: string }> {
    const { registry, live, ready } = this.#options;
    switch (new URL(url, 'http://localhost').pathname) {
      case '/healthz':
        return verdict(live);
      case '/readyz':
        return verdict(ready);
      case '/metrics':
        return { status: 200, type: registry.contentType, body: await registry.metrics() };
      default:
        return { status: 404, type: 'text/plain', body: 'here are /healthz, /readyz and /metrics\n' };
    }
  }
}

function verdict(checks: ReadonlyMap<string, Check>): { status: number; type: string; body: string } {
  const lines: string[] = [];
  let status = 200;
  for (const [name, check] of checks) {
    const wrong = check();
    if (wrong !== undefined) status = 503;
    lines.push(wrong === undefined ? `[+] ${name} ok` : `[-] ${name} failed: ${wrong}`);
  }
  return { status, type: 'text/plain', body: `${lines.join('\n')}\n${status === 200 ? 'ok' : 'not ok'}\n` };
}
