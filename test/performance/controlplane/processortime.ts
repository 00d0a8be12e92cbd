import { readFile } from 'node:fs/promises';
import type { Federation } from '../../../scripts/local/federation.ts';

/** Milliseconds of processor time by process: user and system, all threads. */
export type ProcessorTime = Readonly<Record<string, number>>;

/** Linux counts in hundredths of a second, whatever the kernel's own clock. */
const MS_PER_TICK = 10;

/** What each process of the federation, and this one as `benchmark`, has used so far. */
export async function processorTime({ group }: Pick<Federation, 'group'>): Promise<ProcessorTime> {
  const members = [...group.members, { name: 'benchmark', pid: process.pid }];
  const times = await Promise.all(members.map(async ({ name, pid }) => [name, await usedMs(pid)] as const));
  return Object.fromEntries(times);
}

/** What was used between two looks, for each of so many applications. */
export function perApplication(before: ProcessorTime, after: ProcessorTime, apps: number): ProcessorTime {
  return Object.fromEntries(
    Object.entries(after).map(([name, used]) => [name, (used - (before[name] ?? 0)) / apps]),
  );
}

async function usedMs(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name of the program, in brackets, may hold spaces: fields are counted after it.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * MS_PER_TICK;
}
