#!/usr/bin/env node
import { runCli } from '../cli/main.ts';

/** The command line; `codeco help` tells its commands. */
process.exitCode = await runCli(process.argv.slice(2), {
  stdin: process.stdin,
  out: (text) => console.log(text),
  err: (text) => console.error(text),
  colour: process.stdout.isTTY && !process.env['NO_COLOR'],
});
