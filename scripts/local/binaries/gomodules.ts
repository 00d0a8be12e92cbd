import { spawn } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import type { BinarySource, Provided } from './source.ts';
import { type Binary, type Family, VERSIONS } from './versions.ts';

const MODULES = new URL('./modules/', import.meta.url).pathname;

/**
 * Builds binaries from their Go modules. One module of requirements per family: a shared one would let
 * minimal version selection raise one family's libraries under another. The module files are pinned by go.sum.
 */
export function goModules(progress: Progress): BinarySource {
  return {
    name: 'Go modules',
    async provide(family, binaries, folder): Promise<Provided> {
      const module = await mkdtemp(join(folder, 'module-'));
      try {
        await cp(join(MODULES, family), module, { recursive: true });
        // Without imports of the commands, their requirements would count as unused.
        const imports = binaries.map(({ goPackage }) => `import _ "${goPackage}"\n`).join('');
        await writeFile(join(module, 'tools.go'), `//go:build tools\n\npackage tools\n\n${imports}`);
        for (const binary of binaries) {
          const task = progress.start(`building ${binary.name} ${VERSIONS[family]} from its Go module`);
          const failure = await build(binary, module, join(folder, binary.name));
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

/** Says why it could not be built. */
async function build(binary: Binary, module: string, target: string): Promise<string | undefined> {
  const flags = ['-mod=readonly', '-trimpath', '-ldflags', linkerFlags(binary.family)];
  const { code, output } = await run('go', ['build', ...flags, '-o', target, binary.goPackage], module);
  if (code === 0) return undefined;
  return code === 'missing' ? 'no go command on this machine' : `go build: ${output.trim().slice(-2000)}`;
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

function run(
  command: string,
  args: string[],
  cwd: string,
): Promise<{ code: number | 'missing'; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, CGO_ENABLED: '0', GOFLAGS: '-buildvcs=false' },
    });
    let output = '';
    const keep = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-8000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.on('error', () => resolve({ code: 'missing', output }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
