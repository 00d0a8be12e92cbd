import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { expect, onTestFinished, test, vi } from 'vitest';
import { killProcess, lives, type ProcessId, processId } from './processid.ts';

async function sleeper(): Promise<{ child: ChildProcess; id: ProcessId }> {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child, 'spawn');
  const id = processId(child.pid ?? 0);
  if (!id) throw new Error('the process is not there');
  return { child, id };
}

test('a process is recognised while it lives and not after', async () => {
  const { child, id } = await sleeper();
  expect(lives(id)).toBe(true);
  const exit = once(child, 'exit');
  killProcess(id, 'SIGKILL');
  expect((await exit)[1]).toBe('SIGKILL');
  expect(lives(id)).toBe(false);
});

test('a process that got the pid of an earlier one is left alone', async () => {
  const { child, id } = await sleeper();
  const earlier = { pid: id.pid, started: 'long ago' };
  expect(lives(earlier)).toBe(false);
  const exit = once(child, 'exit');
  killProcess(earlier, 'SIGKILL');
  killProcess(id, 'SIGTERM');
  expect((await exit)[1]).toBe('SIGTERM');
});

test.runIf(process.platform === 'linux')('a zombie does not live', async () => {
  // The inner shell ends, and `sleep`, which its parent became, never asks for its exit code.
  const parent = spawn('sh', ['-c', 'sh -c "echo \\$\\$" & exec sleep 60'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void parent.kill('SIGKILL'));
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  await vi.waitFor(async () => expect(await readFile(`/proc/${pid}/stat`, 'utf8')).toContain(') Z '));
  expect(processId(pid)).toBeUndefined();
});
