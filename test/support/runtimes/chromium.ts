import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import shipped from '@sparticuz/chromium';

/** Nothing but what the test asks for: no first run, no look-ups, no sandbox (containers run as root). */
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
  '--remote-debugging-port=0',
];

/** A browser to run: CODECO_CHROMIUM, else the one of the package, which is built for Linux on x64. */
export async function findChromium(): Promise<string> {
  return process.env['CODECO_CHROMIUM'] || (await shipped.executablePath());
}

interface Answer {
  id?: number;
  result?: unknown;
  error?: { message: string };
}

/**
 * Runs a script in an empty page of a browser of its own and returns the value of an expression, which may
 * be a promise, over the DevTools protocol. The browser and its profile are gone afterwards.
 */
export async function evaluateInChromium(
  binary: string,
  script: string,
  expression: string,
): Promise<unknown> {
  const profile = mkdtempSync(join(tmpdir(), 'codeco-chromium-'));
  const child = spawn(binary, [...FLAGS, `--user-data-dir=${profile}`, 'about:blank'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  try {
    const address = await new Promise<string>((resolve, reject) => {
      let said = '';
      child.once('error', reject);
      child.once('close', (code) => reject(new Error(`${binary} ended with ${code}: ${said}`)));
      child.stderr.on('data', (chunk: Buffer) => {
        said += chunk.toString();
        const found = /ws:\/\/\S+/.exec(said);
        if (found) resolve(found[0]);
      });
    });
    return await evaluate(address, script, expression);
  } finally {
    child.kill('SIGKILL');
    await ended;
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}

async function evaluate(address: string, script: string, expression: string): Promise<unknown> {
  const socket = new WebSocket(address);
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve());
    socket.addEventListener('error', () => reject(new Error(`no connection to ${address}`)));
  });
  const waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  socket.addEventListener('message', ({ data }) => {
    const { id, result, error } = JSON.parse(String(data)) as Answer;
    const asked = id === undefined ? undefined : waiting.get(id);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  });
  socket.addEventListener('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the browser closed the connection'));
  });
  let asked = 0;
  const send = (method: string, params: object, sessionId?: string) =>
    new Promise<unknown>((resolve, reject) => {
      asked += 1;
      waiting.set(asked, { resolve, reject });
      socket.send(JSON.stringify({ id: asked, method, params, ...(sessionId && { sessionId }) }));
    });
  const { targetId } = (await send('Target.createTarget', { url: 'about:blank' })) as { targetId: string };
  const { sessionId } = (await send('Target.attachToTarget', { targetId, flatten: true })) as {
    sessionId: string;
  };
  const run = async (text: string) => {
    const { result, exceptionDetails } = (await send(
      'Runtime.evaluate',
      { expression: text, returnByValue: true, awaitPromise: true },
      sessionId,
    )) as { result: { value?: unknown }; exceptionDetails?: { exception?: { description?: string } } };
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? 'the page threw');
    return result.value;
  };
  await run(script);
  const value = await run(expression);
  socket.close();
  return value;
}
