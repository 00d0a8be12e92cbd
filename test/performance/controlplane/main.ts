/** What the suite costs on top of Kubernetes. `npm run bench:control-plane -- --help` says what can be asked. */
import { rmSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBundle } from './bundle.ts';
import { AGENTS, compare, withSmallFederation } from './comparison.ts';
import type { Figures } from './figures.ts';
import { growth } from './growth.ts';
import { machine } from './machine.ts';
import { report } from './report.ts';
import { scale } from './scale.ts';
import { type Settings, settingsOf, USAGE } from './settings.ts';

/** A run that hangs in spite of all limits ends here. */
const LONGEST_MS = 60 * 60_000;

async function measure(settings: Settings): Promise<Figures> {
  const folder = await mkdtemp(join(tmpdir(), 'codeco-bench-'));
  // Federations end with this process; the folder around them is removed here.
  process.once('exit', () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
  const started = performance.now();
  const figures: Figures = {
    machine: machine(),
    note: settings.note,
    measuredAt: new Date().toISOString(),
    tookSeconds: 0,
  };
  try {
    const where = { folder, entry: settings.entry ?? (await buildBundle(join(folder, 'bundle'))) };
    const wants = (step: Settings['steps'][number]) => settings.steps.includes(step);
    for (const agent of AGENTS) {
      const grows = wants('growth') && agent.name === 'unthrottled';
      if (!wants('comparison') && !grows) continue;
      await withSmallFederation(where, agent, async (federation, observer) => {
        if (wants('comparison')) {
          const { apps, repetitions } = settings;
          figures.comparison ??= [];
          figures.comparison.push(await compare(federation, observer, { agent, apps, repetitions }));
          await keep(figures, settings);
        }
        const { sizes, sizeRepetitions: repetitions } = settings;
        if (grows) figures.growth = await growth(federation, observer, { sizes, repetitions });
        await keep(figures, settings);
      });
    }
    if (wants('scale')) figures.scale = await scale(where, settings);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  figures.tookSeconds = Math.round((performance.now() - started) / 1000);
  return figures;
}

/** After each step, so that a run that ends early has not measured in vain. */
async function keep(figures: Figures, { json }: Settings): Promise<void> {
  if (json !== undefined) await writeFile(json, `${JSON.stringify(figures, undefined, 2)}\n`);
}

async function main(): Promise<void> {
  if (process.argv.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const settings = settingsOf(process.argv.slice(2));
  const figures =
    settings.from === undefined
      ? await measure(settings)
      : (JSON.parse(await readFile(settings.from, 'utf8')) as Figures);
  await keep(figures, settings);
  const text = report(figures);
  if (settings.doc !== undefined) await writeFile(settings.doc, text);
  console.log(text);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
setTimeout(() => {
  console.error(`not done after ${LONGEST_MS / 60_000} min`);
  process.exit(1);
}, LONGEST_MS).unref();
try {
  await main();
  process.exit(0);
} catch (error) {
  console.error(error);
  process.exit(1);
}
