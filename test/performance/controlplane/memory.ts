import { readFile } from 'node:fs/promises';

/** Peak resident memory of a process so far, MiB. */
export async function peakMiB(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (peak === undefined) throw new Error(`process ${pid} shows no VmHWM`);
  return Math.round(Number(peak) / 1024);
}
