import { join } from 'node:path';
import { reservePort } from '../ports.ts';
import type { GroupProcess, ProcessGroup } from '../processgroup.ts';
import { untilReady } from './ready.ts';

/** One etcd for all clusters of a federation: each API server keeps under a prefix of its own. */
export interface Etcd {
  url: string;
  process: GroupProcess;
  releasePorts(): void;
}

export async function startEtcd(group: ProcessGroup, binary: string, folder: string): Promise<Etcd> {
  const [client, peer] = [await reservePort(), await reservePort()];
  const url = `http://127.0.0.1:${client.port}`;
  const peerUrl = `http://127.0.0.1:${peer.port}`;
  const process = await group.start({
    name: 'etcd',
    command: binary,
    log: join(folder, 'etcd.log'),
    args: [
      `--data-dir=${join(folder, 'etcd')}`,
      `--listen-client-urls=${url}`,
      `--advertise-client-urls=${url}`,
      `--listen-peer-urls=${peerUrl}`,
      `--initial-advertise-peer-urls=${peerUrl}`,
      `--initial-cluster=default=${peerUrl}`,
      // The data lives no longer than the federation.
      '--unsafe-no-fsync',
      // Without it watches of kinds that do not change get no bookmarks, and clients take them for dead.
      '--watch-progress-notify-interval=5s',
      '--quota-backend-bytes=4294967296',
      '--log-level=warn',
    ],
  });
  await untilReady(process, 60_000, async () => (await fetch(`${url}/health`)).ok);
  return {
    url,
    process,
    releasePorts() {
      client.release();
      peer.release();
    },
  };
}
