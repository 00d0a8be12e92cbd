import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { silentProgress } from '../progress.ts';
import { CHECKSUMS, type Checksum } from './checksums.ts';
import { PATIENCE } from './download.ts';
import { releases } from './releases.ts';
import { BINARIES, type Family, VERSIONS } from './versions.ts';

/** The downloader against a server on loopback that plays both publishers. */
describe.runIf(process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch))('releases', () => {
  const arch = process.arch === 'x64' ? 'amd64' : 'arm64';
  const kwok = `kwok-linux-${arch}`;
  const server = `kubernetes-server-linux-${arch}.tar.gz`;
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'codeco-releases-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function publisher(handler: RequestListener) {
    const requests: string[] = [];
    const http = createServer((request, response) => {
      requests.push(request.url ?? '');
      handler(request, response);
    });
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => {
      http.closeAllConnections();
      http.close();
    });
    const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`;
    return { requests, hosts: { kubernetes: url, github: url } };
  }

  /** Serves files by the last part of their path; all else is 404. */
  function serving(files: Record<string, Buffer | string>): RequestListener {
    return ({ url = '' }, response) => {
      const body = files[url.slice(url.lastIndexOf('/') + 1)];
      if (body === undefined) response.writeHead(404).end();
      else response.end(body);
    };
  }

  async function provide(
    hosts: { kubernetes: string; github: string },
    family: Family,
    pins: Record<string, Checksum> = {},
  ) {
    const source = releases(silentProgress, hosts, pins, { firstByteMs: 300, stallMs: 300 });
    const ask = (wanted: Family) =>
      source.provide(
        wanted,
        BINARIES.filter((binary) => binary.family === wanted),
        folder,
      );
    return { first: await ask(family), ask };
  }

  const sha = (algorithm: 'sha256' | 'sha512', content: Buffer | string): Checksum => ({
    algorithm,
    hex: createHash(algorithm).update(content).digest('hex'),
  });

  const PINS = {
    [`v${VERSIONS.kwok}/${kwok}`]: sha('sha256', 'kwok'),
    [`v${VERSIONS.etcd}/etcd-v${VERSIONS.etcd}-linux-${arch}.tar.gz`]: sha('sha256', 'etcd'),
  };

  async function archive(): Promise<Buffer> {
    const tree = join(folder, 'tree');
    const bin = join(tree, 'kubernetes/server/bin');
    await mkdir(bin, { recursive: true });
    for (const { name, family } of BINARIES) {
      if (family === 'kubernetes') await writeFile(join(bin, name), `this is ${name}`);
    }
    const { stdout } = spawnSync('tar', ['-czf', '-', '-C', tree, 'kubernetes']);
    await rm(tree, { recursive: true });
    return stdout;
  }

  test('one archive with the pinned digest gives all binaries of the family and leaves nothing else', async () => {
    const content = await archive();
    const { hosts, requests } = await publisher(serving({ [server]: content }));
    const { first } = await provide(hosts, 'kubernetes', { [`v1.35.4/${server}`]: sha('sha512', content) });
    expect(first).toEqual({ ok: true });
    expect(requests).toHaveLength(1);
    expect((await readdir(folder)).sort()).toEqual([
      'kube-apiserver',
      'kube-controller-manager',
      'kube-scheduler',
      'kubectl',
    ]);
    expect(await readFile(join(folder, 'kubectl'), 'utf8')).toBe('this is kubectl');
  });

  test('a file whose digest differs from the pinned one is refused, and nothing of it stays', async () => {
    const { hosts } = await publisher(serving({ [kwok]: 'something else' }));
    const pins = { [`v0.8.0/${kwok}`]: sha('sha256', 'kwok') };
    await expect(provide(hosts, 'kwok', pins)).rejects.toMatchObject({
      name: 'BinaryError',
      message: expect.stringContaining(`must be ${pins[`v0.8.0/${kwok}`]?.hex}`),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  test('a file without a pinned digest is not even asked for', async () => {
    const { hosts, requests } = await publisher(serving({ [kwok]: 'kwok' }));
    expect((await provide(hosts, 'kwok')).first).toEqual({
      ok: false,
      reason: `no digest of v0.8.0/${kwok} is pinned here`,
    });
    expect(requests).toEqual([]);
  });

  test('every file that is offered has a pinned digest, on both architectures', () => {
    for (const each of ['amd64', 'arm64'])
      for (const file of [
        `v${VERSIONS.kubernetes}/kubernetes-server-linux-${each}.tar.gz`,
        `v${VERSIONS.etcd}/etcd-v${VERSIONS.etcd}-linux-${each}.tar.gz`,
        `v${VERSIONS.kwok}/kwok-linux-${each}`,
      ])
        expect(CHECKSUMS, file).toHaveProperty([file]);
  });

  test('a file that is not served is a reason for the next source, and the host is still asked for others', async () => {
    const { hosts } = await publisher(serving({ [kwok]: 'kwok' }));
    const { first, ask } = await provide(hosts, 'etcd', PINS);
    expect(first).toMatchObject({ ok: false, reason: expect.stringContaining('HTTP 404') });
    expect(await ask('kwok')).toEqual({ ok: true });
  });

  test('a host that does not answer in time is given up and not asked again', async () => {
    const { hosts, requests } = await publisher(() => {});
    const { first, ask } = await provide(hosts, 'kwok', PINS);
    expect(first).toMatchObject({ ok: false, reason: expect.stringContaining('no answer within 0.3 s') });
    expect(await ask('etcd')).toMatchObject({ ok: false });
    expect(requests).toHaveLength(1);
  });

  test('a host that does not answer costs 10 s at most', () => {
    expect(PATIENCE.firstByteMs).toBeLessThanOrEqual(10_000);
  });

  test('a host that stops in the middle of a file is given up', async () => {
    const { hosts } = await publisher((_, response) => void response.write('kw'));
    expect((await provide(hosts, 'kwok', PINS)).first).toMatchObject({
      ok: false,
      reason: expect.stringContaining('nothing came for 0.3 s'),
    });
  });

  test('a host that refuses the connection is given up', async () => {
    const { hosts } = await publisher(() => {});
    const nobody = 'http://127.0.0.1:1';
    expect((await provide({ ...hosts, github: nobody }, 'kwok', PINS)).first).toMatchObject({
      ok: false,
      reason: expect.stringContaining('127.0.0.1:1 cannot be reached'),
    });
  });
});
