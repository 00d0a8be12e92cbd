import { setTimeout as delay } from 'node:timers/promises';
import { releaseAbandonedPorts } from '../ports.ts';
import { killProcess } from '../processid.ts';
import { isSupervised, readRecord, removeRemains } from './record.ts';

/** How long a supervisor may take to end what it owns before it is killed. */
const END_MS = 10_000;

/**
 * Ends a federation, or removes what a killed one left.
 *
 * @returns false when there was none
 */
export async function down(folder: string): Promise<boolean> {
  const record = readRecord(folder);
  if (!record) return false;
  killProcess(record.supervisor, 'SIGTERM');
  const deadline = performance.now() + END_MS;
  while (isSupervised(record) && performance.now() < deadline) await delay(50);
  killProcess(record.supervisor, 'SIGKILL');
  // Read again: processes may have started since.
  removeRemains(folder, readRecord(folder) ?? record);
  releaseAbandonedPorts();
  return true;
}
