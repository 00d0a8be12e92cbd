import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FakeClock } from '../../test/support/fakeclock.ts';
import { loadEndpoint } from './config.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'kubeconfig-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function file(name: string, text: string): string {
  const full = path.join(folder, name);
  writeFileSync(full, text);
  return full;
}

/** As if written a second later: two writes of one test may fall into one tick of the file system. */
function touchLater(full: string): void {
  const later = new Date(Date.now() + 1000);
  utimesSync(full, later, later);
}

function kubeconfig(user: object, server = 'https://127.0.0.1:6443', cluster: object = {}): string {
  return file(
    'kubeconfig',
    JSON.stringify({
      'current-context': 'c',
      contexts: [{ name: 'c', context: { cluster: 'k', user: 'u', namespace: 'team-a' } }],
      clusters: [{ name: 'k', cluster: { server, ...cluster } }],
      users: [{ name: 'u', user }],
    }),
  );
}

describe('loadEndpoint', () => {
  test('gives server and namespace of the context, and the token', async () => {
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ token: 'abc' }) });
    expect(endpoint.server.href).toBe('https://127.0.0.1:6443/');
    expect(endpoint.namespace).toBe('team-a');
    expect((await endpoint.credentials()).headers).toEqual({ Authorization: 'Bearer abc' });
  });

  test('a token file is found beside the kubeconfig, and its line break is not sent', async () => {
    file('token', 'abc\n');
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ tokenFile: 'token' }) });
    expect((await endpoint.credentials()).headers).toEqual({ Authorization: 'Bearer abc' });
  });

  test('a rotated token file is read at once when the server refuses the old token', async () => {
    const clock = new FakeClock();
    file('token', 'old');
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ tokenFile: 'token' }), clock });
    const old = await endpoint.credentials();
    file('token', 'new');
    expect(await endpoint.credentials()).toBe(old);
    const fresh = await endpoint.credentials(old);
    expect(fresh.headers).toEqual({ Authorization: 'Bearer new' });
    // Another request that was refused with the old ones gets the new ones without reading again.
    expect(await endpoint.credentials(old)).toBe(fresh);
  });

  test('a kubeconfig that is rewritten is read again within ten seconds', async () => {
    const clock = new FakeClock();
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ token: 'old' }), clock });
    await endpoint.credentials();
    touchLater(kubeconfig({ token: 'new' }));
    await clock.advance(10_000);
    expect((await endpoint.credentials()).headers).toEqual({ Authorization: 'Bearer new' });
  });

  test('while the kubeconfig is half written, what worked stays in force', async () => {
    const clock = new FakeClock();
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ token: 'old' }), clock });
    const old = await endpoint.credentials();
    touchLater(file('kubeconfig', 'clusters: ['));
    await clock.advance(10_000);
    expect((await endpoint.credentials(old)).headers).toEqual(old.headers);
  });

  test('an exec plugin is asked, is told which API version, and is asked again when its token is refused', async () => {
    const clock = new FakeClock();
    const counter = file('count', '');
    const script = `
      const fs = require('node:fs');
      fs.appendFileSync(${JSON.stringify(counter)}, 'x');
      const info = JSON.parse(process.env.KUBERNETES_EXEC_INFO);
      const token = 'call-' + fs.readFileSync(${JSON.stringify(counter)}).length + '-' + info.spec.interactive;
      console.log(JSON.stringify({ apiVersion: info.apiVersion, kind: 'ExecCredential', status: { token } }));`;
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      args: ['-e', script],
      interactiveMode: 'Never',
    };
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ exec }), clock });
    const first = await endpoint.credentials();
    expect(first.headers).toEqual({ Authorization: 'Bearer call-1-false' });
    await clock.advance(60_000);
    expect((await endpoint.credentials()).headers).toEqual(first.headers);
    expect((await endpoint.credentials(await endpoint.credentials())).headers).toEqual({
      Authorization: 'Bearer call-2-false',
    });
  });

  test('an exec plugin that hangs is given up after 20 s, and asked anew by the next request', async () => {
    const clock = new FakeClock();
    const exec = {
      apiVersion: 'client.authentication.k8s.io/v1',
      command: process.execPath,
      // Ends on its own soon after the test, so that no process is left.
      args: ['-e', 'setTimeout(() => {}, 1_000)'],
    };
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ exec }), clock });
    for (let request = 0; request < 2; request++) {
      const failed = expect(endpoint.credentials()).rejects.toThrow('no credentials within 20 s');
      await clock.advance(20_000);
      await failed;
    }
  });

  test.each([
    ['a context that is not there', { context: 'd' }, {}, 'has no context d; it knows c'],
    [
      'plain http beyond this machine',
      {},
      { server: 'http://10.0.0.1:80' },
      'plain http is for loopback only',
    ],
    ['a server that is no URL', {}, { server: '10.0.0.1:6443' }, 'write https://HOST:PORT'],
    ['a proxy', {}, { cluster: { 'proxy-url': 'http://proxy' } }, 'proxy-url, which is not supported'],
  ])(
    '%s is an error that says so',
    (_, options, { server, cluster }: { server?: string; cluster?: object }, want) => {
      const where = kubeconfig({ token: 't' }, server, cluster);
      expect(() => loadEndpoint({ kubeconfig: where, ...options })).toThrow(want);
      expect(() => loadEndpoint({ kubeconfig: where, ...options })).toThrow(where);
    },
  );

  test('a kubeconfig that does not exist or does not parse is named', () => {
    const missing = path.join(folder, 'nowhere');
    expect(() => loadEndpoint({ kubeconfig: missing })).toThrow(missing);
    expect(() => loadEndpoint({ kubeconfig: file('broken', 'a: [') })).toThrow(path.join(folder, 'broken'));
  });

  test('plain http on loopback needs no certificate', async () => {
    const endpoint = loadEndpoint({ kubeconfig: kubeconfig({ token: 't' }, 'http://127.0.0.1:8080') });
    expect(endpoint.server.protocol).toBe('http:');
    expect((await endpoint.credentials()).headers).toEqual({ Authorization: 'Bearer t' });
  });

  test('a client certificate that does not fit its key is refused at the start', async () => {
    file('tls.crt', 'nonsense');
    file('tls.key', 'nonsense');
    const endpoint = loadEndpoint({
      kubeconfig: kubeconfig({ 'client-certificate': 'tls.crt', 'client-key': 'tls.key' }),
    });
    await expect(endpoint.credentials()).rejects.toThrow(
      'cannot read the credentials for https://127.0.0.1:6443',
    );
  });
});
