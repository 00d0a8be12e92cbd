import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';

const ROOT = new URL('..', import.meta.url).pathname;

/** One thing to run, and how it went. */
export interface Step {
  name: string;
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
}

export interface StepResult {
  name: string;
  ok: boolean;
  seconds: number;
  output: string;
}

/** Runs a step with the project's own tools first in PATH; `echo` passes its output on as it comes. */
export function runStep(step: Step, echo = false): Promise<StepResult> {
  const started = performance.now();
  const tools = join(ROOT, 'node_modules', '.bin');
  return new Promise((resolve) => {
    const child = spawn(step.command, step.args, {
      cwd: ROOT,
      env: { ...process.env, ...step.env, PATH: `${tools}${delimiter}${process.env['PATH'] ?? ''}` },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    const take = (chunk: Buffer) => {
      output += chunk.toString();
      if (echo) process.stdout.write(chunk);
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    const done = (ok: boolean) =>
      resolve({ name: step.name, ok, seconds: (performance.now() - started) / 1000, output });
    child.on('error', (error) => {
      output += error.message;
      done(false);
    });
    child.on('close', (code) => done(code === 0));
  });
}

/** Runs steps, at most `width` at once, and prints a line for each; the output of a failed one in full. */
export async function runSteps(steps: readonly Step[], width: number): Promise<StepResult[]> {
  const waiting = [...steps];
  const results: StepResult[] = [];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const result = await runStep(step);
      results.push(result);
      console.log(
        `${result.ok ? 'ok    ' : 'FAILED'} ${result.name.padEnd(24)} ${result.seconds.toFixed(1)} s`,
      );
      if (!result.ok) console.log(result.output);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
