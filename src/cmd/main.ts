#!/usr/bin/env node
import { runAcm } from './acm.ts';
import { runSwm } from './swm.ts';

/** One image, one process per controller: `main.ts acm`, `main.ts swm`. */
const CONTROLLERS: Readonly<Record<string, (args: readonly string[]) => Promise<number>>> = {
  acm: runAcm,
  swm: runSwm,
};

const [name = '', ...args] = process.argv.slice(2);
const run = CONTROLLERS[name];
if (!run) {
  console.error(
    `usage: codeco-controller ${Object.keys(CONTROLLERS).join('|')} [flags]${name === '' ? '' : `; there is no ${name}`}`,
  );
  process.exit(2);
}
process.exit(await run(args));
