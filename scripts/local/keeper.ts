import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, rmSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { releaseAbandonedPorts } from './ports.ts';

/**
 * Keeps the processes of one federation in one process group. Started detached, so that it leads its own
 * group. When the pipe from its owner closes, however the owner died, it ends the group and removes the
 * owner's folders: nothing is left running and nothing is left on disk.
 *
 * Reads a JSON line per {@link Order}; answers {id, pid} and {id, exit}.
 */
export type Order =
  | { id: number; command: string; args: readonly string[]; log: string; env: Record<string, string> }
  | { id: number; signal: NodeJS.Signals }
  | { folder: string };

/** The owner's death must not wait for a process that does not die. */
const END_MS = 3000;

const children = new Map<number, ChildProcess>();
const folders: string[] = [];

function answer(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`);
}

function obey(order: Order): void {
  if ('folder' in order) folders.push(order.folder);
  else if ('signal' in order) children.get(order.id)?.kill(order.signal);
  else start(order);
}

function start(order: Extract<Order, { command: string }>): void {
  const { id } = order;
  const output = openSync(order.log, 'a');
  const env = { ...process.env, ...order.env };
  const child = spawn(order.command, [...order.args], { stdio: ['ignore', output, output], env });
  closeSync(output);
  children.set(id, child);
  child.on('spawn', () => answer({ id, pid: child.pid }));
  child.on('error', (error) => answer({ id, exit: error.message }));
  child.on('exit', (code, signal) => {
    children.delete(id);
    answer({ id, exit: signal ?? `exit code ${code}` });
  });
}

async function endGroup(): Promise<void> {
  const ended = [...children.values()].map((child) => {
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    return exit;
  });
  await Promise.race([Promise.all(ended), new Promise((resolve) => setTimeout(resolve, END_MS))]);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  releaseAbandonedPorts();
  // Whatever the processes started themselves is in the group too; so is this process.
  process.kill(-process.pid, 'SIGKILL');
}

// The owner may be gone while an answer is on its way.
process.stdout.on('error', () => {});
createInterface({ input: process.stdin })
  .on('line', (line) => obey(JSON.parse(line) as Order))
  .on('close', () => void endGroup());
