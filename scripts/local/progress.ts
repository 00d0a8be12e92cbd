/** Says on standard error what is under way. A line per step; long steps say every few seconds that they live. */
export interface Progress {
  start(what: string): { done(result: string): void };
  say(what: string): void;
}

const TICK_MS = 10_000;

export function consoleProgress(write: (line: string) => void = (line) => console.error(line)): Progress {
  return {
    say: (what) => write(what),
    start(what) {
      const started = Date.now();
      const seconds = () => Math.round((Date.now() - started) / 1000);
      write(`${what} ...`);
      const timer = setInterval(() => write(`${what} ... ${seconds()} s`), TICK_MS);
      timer.unref();
      return {
        done(result) {
          clearInterval(timer);
          if (seconds() >= 2) write(`${what}: ${result} after ${seconds()} s`);
        },
      };
    },
  };
}

export const silentProgress: Progress = { say: () => {}, start: () => ({ done: () => {} }) };
