import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { releaseAbandonedPorts, reservePort } from './ports.ts';

/** Reserves the first of these that can be had. */
async function reserve(...ports: number[]): Promise<number> {
  const { port, release } = await reservePort(() => ports.shift() ?? 0);
  onTestFinished(release);
  return port;
}

test('a port that is reserved is not given to anybody else before it is released', async () => {
  const { port, release } = await reservePort();
  const other = port + 1;
  expect(await reserve(port, other)).toBe(other);
  release();
  expect(await reserve(port)).toBe(port);
});

test('a port that somebody listens on is not given', async () => {
  const server = createServer();
  onTestFinished(() => void server.close());
  const { port, release } = await reservePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  release();
  expect(await reserve(port, port + 1)).toBe(port + 1);
});

test('a port that a killed process held can be had again', async () => {
  const code = `import(${JSON.stringify(new URL('./ports.ts', import.meta.url).href)})
    .then((ports) => ports.reservePort())
    .then(({ port }) => { console.log(port); setInterval(() => {}, 1e6); })`;
  const holder = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void holder.kill('SIGKILL'));
  const [line] = (await once(holder.stdout, 'data')) as [Buffer];
  const port = Number(line.toString());
  releaseAbandonedPorts();
  expect(await reserve(port, port + 1)).toBe(port + 1);
  const exit = once(holder, 'exit');
  holder.kill('SIGKILL');
  await exit;
  releaseAbandonedPorts();
  expect(await reserve(port, port + 2)).toBe(port);
});
