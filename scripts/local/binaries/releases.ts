import { spawnSync } from 'node:child_process';
import { copyFile, mkdtemp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import { CHECKSUMS, type Checksum } from './checksums.ts';
import { download, NotServed, PATIENCE } from './download.ts';
import { BinaryError, type BinarySource, type Provided } from './source.ts';
import { type Binary, type Family, VERSIONS } from './versions.ts';

/** Where the projects publish their releases. Tests put a server on loopback in their place. */
export interface ReleaseHosts {
  kubernetes: string;
  github: string;
}
export const RELEASE_HOSTS: ReleaseHosts = { kubernetes: 'https://dl.k8s.io', github: 'https://github.com' };

interface Release {
  /** Folder of the files, and the file. */
  base: string;
  file: string;
  /** Key of the digests pinned in this repository. */
  pin: string;
  /** Folder inside the archive that holds the binaries; undefined when the file is the binary itself. */
  folder: string | undefined;
}

/** Official releases: a checked archive per family, unpacked only after its digest was compared. */
export function releases(
  progress: Progress,
  hosts: ReleaseHosts = RELEASE_HOSTS,
  checksums: Readonly<Record<string, Checksum>> = CHECKSUMS,
  patience = PATIENCE,
): BinarySource {
  const unreachable = new Map<string, string>();
  return {
    name: 'release archives',
    async provide(family, binaries, folder): Promise<Provided> {
      const release = releaseOf(family, hosts);
      if (!release) return { ok: false, reason: `no release for ${process.platform}/${process.arch}` };
      const checksum = checksums[release.pin];
      if (!checksum) return { ok: false, reason: `no digest of ${release.pin} is pinned here` };
      const { host } = new URL(release.base);
      // Asked once per run: each family would wait again for a host that is not there.
      const known = unreachable.get(host);
      if (known !== undefined) return { ok: false, reason: known };
      const task = progress.start(`fetching ${family} ${VERSIONS[family]} from ${host}`);
      try {
        await fetchInto(folder, release, binaries, checksum, patience);
        task.done('fetched');
        return { ok: true };
      } catch (error) {
        task.done('not fetched');
        if (error instanceof BinaryError) throw error;
        const reason = reasonOf(error);
        if (error instanceof NotServed) return { ok: false, reason };
        unreachable.set(host, `${host} cannot be reached: ${reason}`);
        return { ok: false, reason: `${host} cannot be reached: ${reason}` };
      }
    },
  };
}

function releaseOf(family: Family, hosts: ReleaseHosts): Release | undefined {
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as string];
  if (process.platform !== 'linux' || arch === undefined) return undefined;
  const version = `v${VERSIONS[family]}`;
  switch (family) {
    case 'kubernetes': {
      const file = `kubernetes-server-linux-${arch}.tar.gz`;
      const base = `${hosts.kubernetes}/${version}`;
      return { base, file, pin: `${version}/${file}`, folder: 'kubernetes/server/bin' };
    }
    case 'etcd': {
      const folder = `etcd-${version}-linux-${arch}`;
      const file = `${folder}.tar.gz`;
      const base = `${hosts.github}/etcd-io/etcd/releases/download/${version}`;
      return { base, file, pin: `${version}/${file}`, folder };
    }
    case 'kwok': {
      const file = `kwok-linux-${arch}`;
      const base = `${hosts.github}/kubernetes-sigs/kwok/releases/download/${version}`;
      return { base, file, pin: `${version}/${file}`, folder: undefined };
    }
  }
}

async function fetchInto(
  folder: string,
  release: Release,
  binaries: readonly Binary[],
  checksum: Checksum,
  patience: typeof PATIENCE,
): Promise<void> {
  const work = await mkdtemp(join(folder, 'download-'));
  try {
    const file = join(work, release.file);
    await download(`${release.base}/${release.file}`, checksum, file, patience);
    if (release.folder === undefined) {
      for (const { name } of binaries) await copyFile(file, join(folder, name));
      return;
    }
    const members = binaries.map(({ name }) => `${release.folder}/${name}`);
    const tar = spawnSync('tar', ['-xzf', file, '-C', work, ...members]);
    if (tar.error) throw new NotServed(`no tar command on this machine (${tar.error.message})`);
    if (tar.status !== 0) throw new NotServed(`${release.file}: ${tar.stderr.toString().trim()}`);
    for (const { name } of binaries) await rename(join(work, release.folder, name), join(folder, name));
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
