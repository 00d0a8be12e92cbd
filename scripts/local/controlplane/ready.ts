import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { GroupProcess } from '../processgroup.ts';

const INTERVAL_MS = 100;

/**
 * Waits until `check` holds. Rejects at once when the process ends, and after `ms` otherwise; both with the
 * last lines of its log, which say why.
 */
export async function untilReady(
  process: GroupProcess,
  ms: number,
  check: () => Promise<boolean>,
): Promise<void> {
  const deadline = performance.now() + ms;
  let exit: string | undefined;
  void process.exited.then((how) => {
    exit = how;
  });
  while (performance.now() < deadline) {
    if (exit !== undefined) throw new Error(`${process.name} ended (${exit})\n${await tail(process.log)}`);
    if (await check().catch(() => false)) return;
    await delay(INTERVAL_MS);
  }
  throw new Error(`${process.name} was not ready after ${ms / 1000} s\n${await tail(process.log)}`);
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').slice(-15).join('\n');
}
