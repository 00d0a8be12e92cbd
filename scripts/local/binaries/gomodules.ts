import { spawn } from 'node:child_process';
import { cp, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '../progress.ts';
import type { BinarySource, Provided } from './source.ts';
import { type Family, VERSIONS } from './versions.ts';

const MODULES = new URL('./modules/', import.meta.url).pathname;

/**
 * Builds a binary from its Go module. One module of requirements per family: a shared one would let minimal
 * version selection raise one family's libraries under another. The module files are pinned by go.sum.
 */
export function goModules(workFolder: string, progress: Progress): BinarySource {
  return {
    name: 'Go modules',
    async provide(binary, target): Promise<Provided> {
      const folder = join(workFolder, `module-${binary.family}`);
      await mkdir(folder, { recursive: true });
      await cp(join(MODULES, binary.family), folder, { recursive: true });
      // Without an import of the command, its requirements would not be complete.
      await writeFile(
        join(folder, 'tools.go'),
        `//go:build tools\n\npackage tools\n\nimport _ "${binary.goPackage}"\n`,
      );
      const task = progress.start(`building ${binary.name} ${VERSIONS[binary.family]} from its Go module`);
      const args = [
        'build',
        '-mod=mod',
        '-trimpath',
        '-ldflags',
        linkerFlags(binary.family),
        '-o',
        target,
        binary.goPackage,
      ];
      const { code, output } = await run('go', args, folder);
      await rm(folder, { recursive: true, force: true });
      if (code === 0) {
        task.done('built');
        return { ok: true };
      }
      task.done('failed');
      return {
        ok: false,
        reason:
          code === 'missing' ? 'no go command on this machine' : `go build failed: ${output.slice(-2000)}`,
      };
    },
  };
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
