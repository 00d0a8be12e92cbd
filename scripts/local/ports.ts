import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Below the ports that kernels give to outgoing connections (32768 and up on Linux): none is taken by chance. */
const FIRST = 20_000;
const LAST = 32_000;

/**
 * A free port on 127.0.0.1, reserved against every other process that asks here: processes that take a
 * port number as a flag cannot be handed an open socket. `release` when the port is no longer used.
 */
export async function reservePort(): Promise<{ port: number; release: () => void }> {
  const folder = join(tmpdir(), 'codeco-ports');
  mkdirSync(folder, { recursive: true });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    const file = join(folder, String(port));
    if (!claim(file)) continue;
    if (await isFree(port)) return { port, release: () => rmSync(file, { force: true }) };
    rmSync(file, { force: true });
  }
  throw new Error(`no free port between ${FIRST} and ${LAST} on 127.0.0.1`);
}

function claim(file: string): boolean {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch {
    if (holderLives(file)) return false;
    // Left behind by a process that was killed; the next attempt at this port will get it.
    rmSync(file, { force: true });
    return false;
  }
}

function holderLives(file: string): boolean {
  try {
    process.kill(Number(readFileSync(file, 'utf8')), 0);
    return true;
  } catch {
    return false;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
