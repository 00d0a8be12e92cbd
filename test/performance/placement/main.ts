/**
 * The placement engine beside its peers: npm run bench:placement [-- --quick] [--data DIR] [--json FILE]
 * [--seed N] [--only SECTION,...]
 * Everything in one run: the same problems for all, in alternating order, judged by the referee.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import { solve } from '../../../src/engine/solve.ts';
import { readWorld } from './generator/regiondata.ts';
import { syntheticWorld } from './generator/regions.ts';
import { GENERATOR_VERSION } from './generator/version.ts';
import type { Bench } from './measure.ts';
import { Report } from './report/report.ts';
import { batch } from './sections/batch.ts';
import { changes } from './sections/changes.ts';
import { cold } from './sections/cold.ts';
import { exhaustive } from './sections/exhaustive.ts';
import { features } from './sections/features.ts';
import { huge } from './sections/huge.ts';
import { infeasible } from './sections/infeasible.ts';
import { large } from './sections/large.ts';
import { small } from './sections/small.ts';

/** In this order: what a quick run must show comes first. By each: the goals that it measures. */
const SECTIONS = {
  small: { measure: small, goals: [1, 2, 3] },
  exhaustive: { measure: exhaustive, goals: [10] },
  infeasible: { measure: infeasible, goals: [4] },
  features: { measure: features, goals: [11] },
  cold: { measure: cold, goals: [] },
  large: { measure: large, goals: [5] },
  batch: { measure: batch, goals: [6] },
  changes: { measure: changes, goals: [7, 8] },
  huge: { measure: huge, goals: [9] },
} as const satisfies Record<
  string,
  { measure: (bench: Bench) => void | Promise<void>; goals: readonly number[] }
>;

/** A quick run begins no section after this many seconds, so that it ends within two minutes. */
const QUICK_SECONDS = 60;

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    data: { type: 'string' },
    json: { type: 'string' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const names = flags.only === undefined ? Object.keys(SECTIONS) : flags.only.split(',');
const unknown = names.find((name) => !(name in SECTIONS));
const seed = Number(flags.seed);
if (unknown !== undefined || !Number.isSafeInteger(seed) || seed < 0) {
  console.error(
    unknown === undefined
      ? `--seed ${flags.seed}: must be a whole number from 0 up`
      : `--only ${unknown}: no such section; there are ${Object.keys(SECTIONS).join(', ')}`,
  );
  process.exit(3);
}

const started = performance.now();
const world = flags.data === undefined ? syntheticWorld() : readWorld(flags.data);
const report = new Report();
const bench: Bench = { world, solve, quick: flags.quick, seed, data: flags.data, report };
const { version } = JSON.parse(
  readFileSync(new URL('../../../node_modules/highs/package.json', import.meta.url), 'utf8'),
) as {
  version: string;
};
const run = {
  machine: `${cpus().length} cores, ${cpus()[0]?.model}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`,
  load: loadavg()
    .map((each) => each.toFixed(1))
    .join(', '),
  highs: version,
  world: `${world.source}, ${world.regions.length} regions`,
  generator: GENERATOR_VERSION,
  seed,
  kind: flags.quick ? 'quick' : 'full',
};
console.log(
  Object.entries(run)
    .map(([key, value]) => `${key.padEnd(10)} ${value}`)
    .join('\n'),
);
for (const name of names) {
  const { measure, goals } = SECTIONS[name as keyof typeof SECTIONS];
  const elapsed = (performance.now() - started) / 1000;
  if (flags.quick && elapsed > QUICK_SECONDS) {
    for (const goal of goals)
      report.notMeasured(goal, name, `a quick run begins nothing after ${QUICK_SECONDS} s`);
    continue;
  }
  await measure(bench);
}
report.printGoals();
const seconds = Math.round((performance.now() - started) / 1000);
console.log(
  `\n${run.kind} run in ${seconds} s, load at the end ${loadavg()
    .map((each) => each.toFixed(1))
    .join(', ')}`,
);
if (flags.json !== undefined)
  writeFileSync(
    flags.json,
    `${JSON.stringify({ ...run, seconds, ...(report.toJSON() as object) }, null, 2)}\n`,
  );
