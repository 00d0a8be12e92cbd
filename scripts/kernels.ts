/**
 * Compiles the kernels of the placement engine (AssemblyScript to WebAssembly with SIMD) into modules of
 * their bytes. `--check` compares only: node scripts/kernels.ts [--check]
 */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import asc from 'assemblyscript/asc';

/** Entry, the module that holds its bytes, and the type that `Real` stands for in it. */
const MODULES = [
  ['src/engine/kernels/assembly/index.ts', 'src/engine/kernels/kernels.generated.ts', 'f64'],
  ['src/engine/kernels/assembly/batchrows.ts', 'src/engine/batch/kernels/single.generated.ts', 'f32'],
  ['src/engine/kernels/assembly/batchrows.ts', 'src/engine/batch/kernels/double.generated.ts', 'f64'],
] as const;
const LINE = 100;

for (const [source, module, real] of MODULES) {
  const target = fileURLToPath(new URL(`../${module}`, import.meta.url));
  const text = moduleOf(source, await compile(source, real));
  if (process.argv.includes('--check')) {
    const current = await readFile(target, 'utf8').catch(() => '');
    if (current !== text) {
      console.error(`${target} is not what ${source} compiles to; run: npm run generate`);
      process.exit(1);
    }
  } else await writeFile(target, text);
}

async function compile(source: string, real: string): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main(
    [
      source,
      '--baseDir',
      fileURLToPath(new URL('..', import.meta.url)),
      '--outFile',
      'kernels.wasm',
      '-O3',
      '--runtime',
      'stub',
      '--enable',
      'simd',
      '--importMemory',
      '--noAssert',
      '--use',
      `Real=${real}`,
    ],
    {
      writeFile: (name, contents) => {
        if (name.endsWith('.wasm') && typeof contents !== 'string') binary = contents;
      },
    },
  );
  if (error || !binary) throw new Error(`kernels do not compile: ${stderr.toString()}`, { cause: error });
  return binary;
}

function moduleOf(source: string, wasm: Uint8Array): string {
  const base64 = Buffer.from(wasm).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${LINE}}`, 'g')) ?? [];
  return [
    `/** Generated from ${source} by scripts/kernels.ts; not to be edited. */`,
    'export const KERNELS_BASE64: string = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}
