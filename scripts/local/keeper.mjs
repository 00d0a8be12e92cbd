// Keeps the processes of one federation in one process group, and ends that group when the pipe from its
// owner closes: however the owner dies, nothing is left running. Plain JavaScript, started detached, so that
// it leads its own group. Reads JSON lines {id, command, args, log, env} or {id, signal}; answers {id, pid}
// and {id, exit}.
import { spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { createInterface } from 'node:readline';

const children = new Map();
const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

function start({ id, command, args, log, env, cwd }) {
  const output = openSync(log, 'a');
  const child = spawn(command, args, { stdio: ['ignore', output, output], env: { ...process.env, ...env }, cwd });
  closeSync(output);
  children.set(id, child);
  child.on('spawn', () => answer({ id, pid: child.pid }));
  child.on('error', (error) => answer({ id, exit: error.message }));
  child.on('exit', (code, signal) => {
    children.delete(id);
    answer({ id, exit: signal ?? String(code) });
  });
}

function endGroup() {
  try {
    process.kill(-process.pid, 'SIGKILL');
  } catch {
    process.exit(1);
  }
}

// The owner may be gone while an answer is on its way.
process.stdout.on('error', endGroup);
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const message = JSON.parse(line);
    if (message.signal) children.get(message.id)?.kill(message.signal);
    else start(message);
  })
  .on('close', endGroup);
