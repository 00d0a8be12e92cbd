import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import type { BinarySource, Provided } from './source.ts';
import { type Binary, type Family, GO_MODULES, VERSIONS } from './versions.ts';

const MODULES = new URL('./modules/', import.meta.url).pathname;

/** A module proxy that does not tell about a version within this time is given up: go itself waits without end. */
const REACHED_MS = 10_000;

/**
 * Builds binaries from their Go modules. One module of requirements per family: a shared one would let
 * minimal version selection raise one family's libraries under another. The module files are pinned by go.sum.
 */
export function goModules(
  progress: Progress,
  options: { env?: NodeJS.ProcessEnv; reachedMs?: number } = {},
): BinarySource {
  const env = options.env ?? process.env;
  const reachedMs = options.reachedMs ?? REACHED_MS;
  return {
    name: 'Go modules',
    async provide(family, binaries, folder): Promise<Provided> {
      const module = await mkdtemp(join(folder, 'module-'));
      try {
        await cp(join(MODULES, family), module, { recursive: true });
        // Without imports of the commands, their requirements would count as unused.
        const imports = binaries.map(({ goPackage }) => `import _ "${goPackage}"\n`).join('');
        await writeFile(join(module, 'tools.go'), `//go:build tools\n\npackage tools\n\n${imports}`);
        const unreachable = await ask(family, module, env, reachedMs);
        if (unreachable !== undefined) return { ok: false, reason: unreachable };
        for (const binary of binaries) {
          const task = progress.start(`building ${binary.name} ${VERSIONS[family]} from its Go module`);
          const failure = await build(binary, module, join(folder, binary.name), env);
          task.done(failure === undefined ? 'built' : 'failed');
          if (failure !== undefined) return { ok: false, reason: failure };
        }
        return { ok: true };
      } finally {
        await rm(module, { recursive: true, force: true });
      }
    },
  };
}

/**
 * Says why the module cannot be had. What go has in its cache needs no proxy; else the proxy is asked for
 * the few bytes that describe the version, before anything that may rightly take long.
 */
async function ask(
  family: Family,
  module: string,
  env: NodeJS.ProcessEnv,
  reachedMs: number,
): Promise<string | undefined> {
  const version = `${GO_MODULES[family]}@v${VERSIONS[family]}`;
  const { code, output } = await run(['list', '-m', version], module, env, AbortSignal.timeout(reachedMs));
  if (code === 'late')
    return `go list -m ${version}: no answer of the module proxy within ${reachedMs / 1000} s`;
  return failureOf('go list', code, output);
}

/** Says why it could not be built. */
async function build(
  binary: Binary,
  module: string,
  target: string,
  env: NodeJS.ProcessEnv,
): Promise<string | undefined> {
  const flags = ['-mod=readonly', '-trimpath', '-ldflags', linkerFlags(binary.family)];
  const { code, output } = await run(['build', ...flags, '-o', target, binary.goPackage], module, env);
  return failureOf('go build', code, output);
}

function failureOf(command: string, code: Exit, output: string): string | undefined {
  if (code === 0) return undefined;
  return code === 'missing' ? 'no go command on this machine' : `${command}: ${output.trim().slice(-2000)}`;
}

/** Without it the kube binaries report a placeholder that no semver parser reads. */
function linkerFlags(family: Family): string {
  if (family !== 'kubernetes') return '-s -w';
  const [major, minor] = VERSIONS.kubernetes.split('.');
  const variables = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version'].flatMap((pkg) => [
    `-X ${pkg}.gitVersion=v${VERSIONS.kubernetes}`,
    `-X ${pkg}.gitMajor=${major}`,
    `-X ${pkg}.gitMinor=${minor}`,
    `-X ${pkg}.gitTreeState=clean`,
  ]);
  return ['-s', '-w', ...variables].join(' ');
}

type Exit = number | 'missing' | 'late';

function run(
  args: string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
  deadline?: AbortSignal,
): Promise<{ code: Exit; output: string }> {
  return new Promise((resolve) => {
    const child = spawn('go', args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
      ...(deadline ? { signal: deadline } : {}),
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', () => resolve({ code: deadline?.aborted ? 'late' : 'missing', output }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
