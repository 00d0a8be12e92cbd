import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Progress } from '../progress.ts';
import { BinaryError, type BinarySource, type Provided } from './source.ts';
import { type Binary, VERSIONS } from './versions.ts';

/** A source that does not answer within this time is given up. */
const FIRST_BYTE_MS = 10_000;

/** Where the projects publish their releases. Tests put a server on loopback in their place. */
export interface ReleaseHosts {
  kubernetes: string;
  github: string;
}
export const RELEASE_HOSTS: ReleaseHosts = { kubernetes: 'https://dl.k8s.io', github: 'https://github.com' };

/** SHA-256 of files that were checked by hand; everything else is compared with the publisher's own list. */
export type PinnedChecksums = Readonly<Record<string, string>>;

interface Release {
  url: string;
  /** File that lists the checksum: the digest alone, or `digest  name` lines. */
  checksums: string;
  /** Path inside the archive; absent when the URL is the binary itself. */
  member?: string;
}

/**
 * Official releases. The digest is pinned here where one is known, and else read from the checksum file that
 * the publisher keeps beside the release, over TLS from the same host.
 */
export function releases(
  progress: Progress,
  hosts: ReleaseHosts = RELEASE_HOSTS,
  pinned: PinnedChecksums = {},
): BinarySource {
  const unreachable = new Set<string>();
  return {
    name: 'release archives',
    async provide(binary, target): Promise<Provided> {
      const release = releaseOf(binary, hosts);
      if (!release) return { ok: false, reason: `no release for ${process.platform}/${process.arch}` };
      const host = new URL(release.url).host;
      // Asked once per run: six binaries must not wait six times for a host that is not there.
      if (unreachable.has(host)) return { ok: false, reason: `${host} cannot be reached` };
      const task = progress.start(`fetching ${binary.name} ${VERSIONS[binary.family]} from ${host}`);
      try {
        const digest = pinned[release.url] ?? (await publishedDigest(release));
        await download(release, digest, target);
        task.done('fetched');
        return { ok: true };
      } catch (error) {
        task.done('not fetched');
        if (error instanceof BinaryError) throw error;
        unreachable.add(host);
        return { ok: false, reason: `${host}: ${reasonOf(error)}` };
      }
    },
  };
}

function releaseOf({ name, family }: Binary, hosts: ReleaseHosts): Release | undefined {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (process.platform !== 'linux' || arch === undefined) return undefined;
  const version = `v${VERSIONS[family]}`;
  switch (family) {
    case 'kubernetes': {
      const url = `${hosts.kubernetes}/release/${version}/bin/linux/${arch}/${name}`;
      return { url, checksums: `${url}.sha256` };
    }
    case 'etcd': {
      const base = `${hosts.github}/etcd-io/etcd/releases/download/${version}`;
      const folder = `etcd-${version}-linux-${arch}`;
      return { url: `${base}/${folder}.tar.gz`, checksums: `${base}/SHA256SUMS`, member: `${folder}/etcd` };
    }
    case 'kwok': {
      const url = `${hosts.github}/kubernetes-sigs/kwok/releases/download/${version}/kwok-linux-${arch}`;
      return { url, checksums: `${url}.sha256` };
    }
  }
}

async function publishedDigest(release: Release): Promise<string> {
  const text = await (await get(release.checksums)).text();
  const file = release.url.slice(release.url.lastIndexOf('/') + 1);
  const line = text.split('\n').find((candidate) => candidate.trim().endsWith(file)) ?? text;
  const digest = /\b[0-9a-f]{64}\b/.exec(line)?.[0];
  if (digest === undefined) throw new Error(`no SHA-256 of ${file} in ${release.checksums}`);
  return digest;
}

async function download(release: Release, digest: string, target: string): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'codeco-download-'));
  try {
    const file = join(folder, 'download');
    const hash = createHash('sha256');
    const response = await get(release.url);
    if (!response.body) throw new Error('empty answer');
    const hashing = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        hash.update(chunk);
        done(null, chunk);
      },
    });
    await pipeline(Readable.fromWeb(response.body), hashing, createWriteStream(file));
    const found = hash.digest('hex');
    if (found !== digest) throw new BinaryError(`${release.url}: SHA-256 is ${found}, should be ${digest}`);
    if (release.member === undefined) {
      await moveInto(file, target);
      return;
    }
    const tar = spawnSync('tar', ['-xzf', file, '-C', folder, release.member]);
    if (tar.status !== 0) throw new Error(`tar: ${tar.stderr.toString().trim()}`);
    await moveInto(join(folder, release.member), target);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The temporary folder may lie on another file system, where rename does not reach. */
async function moveInto(file: string, target: string): Promise<void> {
  await rename(file, target).catch(() => copyFile(file, target));
}

async function get(url: string): Promise<Response> {
  const silent = new AbortController();
  const timer = setTimeout(
    () => silent.abort(new Error(`no answer within ${FIRST_BYTE_MS / 1000} s`)),
    FIRST_BYTE_MS,
  );
  try {
    const response = await fetch(url, { signal: silent.signal, redirect: 'follow' });
    if (!response.ok) throw new Error(`HTTP ${response.status} for ${url}`);
    return response;
  } finally {
    clearTimeout(timer);
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
