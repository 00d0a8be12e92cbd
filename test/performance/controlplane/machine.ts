import { cpus, loadavg, release, totalmem, type } from 'node:os';
import { VERSIONS } from '../../../scripts/local/binaries/versions.ts';
import type { Machine } from './figures.ts';

/** The machine as it is before anything is measured. */
export function machine(): Machine {
  return {
    cores: cpus().length,
    cpu: cpus()[0]?.model ?? 'unknown',
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kubernetes: VERSIONS.kubernetes,
    os: `${type()} ${release()}`,
    loadBefore: Math.round((loadavg()[0] ?? 0) * 100) / 100,
  };
}
