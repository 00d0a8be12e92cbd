import { mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lives, type ProcessId, processId } from './processid.ts';

/** Below the ports that kernels give to outgoing connections (32768 and up on Linux): none is taken by chance. */
const FIRST = 20_000;
const LAST = 32_000;

/** One file per port in use, which names the process that claimed it. */
const CLAIMS = join(tmpdir(), `codeco-ports-${process.getuid?.() ?? 0}`);

/**
 * A free port on 127.0.0.1, claimed against every other process that asks here: processes that take a port
 * number as a flag cannot be handed an open socket. `release` when the port is no longer used.
 */
export async function reservePort(
  pick: () => number = anyPort,
): Promise<{ port: number; release: () => void }> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = pick();
    const file = join(CLAIMS, String(port));
    if (!claim(file)) continue;
    if (await isFree(port)) return { port, release: () => release(file) };
    release(file);
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1`);
}

/** Removes claims of processes that are gone: one that was killed could not release them. */
export function releaseAbandonedPorts(): void {
  for (const name of names(CLAIMS)) {
    const holder = holderOf(join(CLAIMS, name));
    if (holder !== undefined && !lives(holder)) release(join(CLAIMS, name));
  }
}

function anyPort(): number {
  return FIRST + Math.floor(Math.random() * (LAST - FIRST));
}

function claim(file: string): boolean {
  mkdirSync(CLAIMS, { recursive: true });
  try {
    writeFileSync(file, JSON.stringify(processId(process.pid)), { flag: 'wx' });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // ENOENT: the last claim of another process went, and the folder with it.
    if (code !== 'EEXIST' && code !== 'ENOENT') throw error;
    return false;
  }
}

function release(file: string): void {
  rmSync(file, { force: true });
  try {
    rmdirSync(CLAIMS);
  } catch {
    // Others still hold ports.
  }
}

/** Undefined when it was released, or is being written, just now. */
function holderOf(file: string): ProcessId | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as ProcessId;
  } catch {
    return undefined;
  }
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
