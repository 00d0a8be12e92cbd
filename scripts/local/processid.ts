import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** A process that cannot be mistaken for a later one with the same pid. */
export interface ProcessId {
  pid: number;
  /** When it started, in whatever form this system tells; only ever compared. */
  started: string;
}

/** The process that has this pid now; undefined when there is none, or only its exit code waits to be read. */
export function processId(pid: number): ProcessId | undefined {
  const started = process.platform === 'linux' ? linuxStart(pid) : psStart(pid);
  return started === undefined ? undefined : { pid, started };
}

export function lives(id: ProcessId): boolean {
  return processId(id.pid)?.started === id.started;
}

/** Ends exactly that process: a pid that was given to another one meanwhile is left alone. */
export function killProcess(id: ProcessId, signal: NodeJS.Signals): void {
  if (!lives(id)) return;
  try {
    process.kill(id.pid, signal);
  } catch (error) {
    // It may have ended between the look and the signal.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Fields 3 and 22 of proc(5) stat. The second field is the command in parentheses, which may contain any. */
function linuxStart(pid: number): string | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function psStart(pid: number): string | undefined {
  const { stdout } = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout?.trim() || undefined;
}
