import { build } from 'esbuild';
import { describe, expect, it } from 'vitest';
import { answersOf, differing, runtimeCases } from '../support/runtimes/cases.ts';
import { evaluateInChromium, findChromium } from '../support/runtimes/chromium.ts';

/** The engine and the cases as one script for a page; fails where something needs Node. */
async function bundled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [new URL('../support/runtimes/page.ts', import.meta.url).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    target: 'es2024',
    logLevel: 'silent',
  });
  return outputFiles[0]!.text;
}

describe('the engine in a browser', () => {
  it('is bundled without anything of Node', async () => {
    expect((await bundled()).length).toBeGreaterThan(100_000);
  });

  it('gives the bytes that it gives on Node', async () => {
    const there = (await evaluateInChromium(
      await findChromium(),
      await bundled(),
      'codecoAnswers()',
    )) as Record<string, string>;
    const here = answersOf(runtimeCases());
    expect(Object.keys(here).length).toBeGreaterThan(30);
    expect(differing(here, there)).toEqual([]);
  }, 180_000);
});
