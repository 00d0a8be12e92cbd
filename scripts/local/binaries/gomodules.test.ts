import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { silentProgress } from '../progress.ts';
import { goModules } from './gomodules.ts';
import { BINARIES } from './versions.ts';

const hasGo = spawnSync('go', ['version']).status === 0;
const KWOK = BINARIES.filter(({ family }) => family === 'kwok');

async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'codeco-gomodules-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test.runIf(hasGo)('a module proxy that takes the request and stays silent is given up', async () => {
  const asked: string[] = [];
  const proxy = createServer((request) => asked.push(request.url ?? ''));
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  const env = {
    ...process.env,
    GOPROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    GOMODCACHE: await temporary(),
  };
  const source = goModules(silentProgress, { env, reachedMs: 1_500 });
  expect(await source.provide('kwok', KWOK, await temporary())).toEqual({
    ok: false,
    reason: 'go list -m sigs.k8s.io/kwok@v0.8.0: no answer of the module proxy within 1.5 s',
  });
  expect(asked).toEqual(['/sigs.k8s.io/kwok/@v/v0.8.0.info']);
});

test('a machine without go says so', async () => {
  const source = goModules(silentProgress, { env: { PATH: await temporary() } });
  expect(await source.provide('kwok', KWOK, await temporary())).toEqual({
    ok: false,
    reason: 'no go command on this machine',
  });
});
