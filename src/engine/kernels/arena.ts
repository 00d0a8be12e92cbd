import { KERNELS_BASE64 } from './kernels.generated.ts';
import type { Kernels } from './kernels.ts';
import { plainKernels } from './plainkernels.ts';
import { type WebAssemblyHost, webAssembly } from './webassembly.ts';

const PAGE = 65_536;

/** One memory with its views and the kernels that work on it. Its size is fixed: views never come loose. */
export interface Arena {
  readonly f32: Float32Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly kernels: Kernels;
  /** Offset of so many fresh elements, zero at first, on a boundary of 64 bytes; rounded up to four. */
  take(elements: number): number;
  /** Everything taken from here on comes back, zero again. `mark` is what `take(0)` gave. */
  rewind(mark: number): void;
}

export type KernelKind = 'WebAssembly' | 'Plain';

let compiled: object | undefined;

/**
 * A memory for so many 32-bit elements. WebAssembly where the host has it, else the plain twins; the same
 * results either way. Compiling happens once per process, instantiating does no I/O.
 */
export function createArena(elements: number, kind?: KernelKind): Arena {
  const host = kind === 'Plain' ? undefined : webAssembly();
  const bytes = Math.ceil((elements * 4 + 64) / PAGE) * PAGE;
  const memory = host ? new host.Memory({ initial: bytes / PAGE }) : undefined;
  const buffer = memory ? memory.buffer : new ArrayBuffer(bytes);
  const views = {
    f32: new Float32Array(buffer),
    i32: new Int32Array(buffer),
    f64: new Float64Array(buffer),
  };
  const kernels = host && memory ? instantiate(host, memory) : plainKernels(views.f32, views.i32, views.f64);
  // Offset 0 stays free, so that it can stand for a row that does not count.
  let next = 16;
  return {
    ...views,
    kernels,
    take: (count) => {
      const at = next;
      next += Math.ceil(count / 16) * 16;
      if (next * 4 > bytes) throw new RangeError(`arena of ${elements} elements is full`);
      return at;
    },
    rewind: (mark) => {
      views.i32.fill(0, mark, next);
      next = mark;
    },
  };
}

/** Elements that `take` uses for each of the counts, in all. */
export function elementsOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + Math.ceil(count / 16) * 16, 32);
}

function instantiate(host: WebAssemblyHost, memory: object): Kernels {
  compiled ??= new host.Module(Uint8Array.from(atob(KERNELS_BASE64), (char) => char.charCodeAt(0)));
  const abort = () => {
    throw new Error('a kernel aborted');
  };
  // The exports are exactly the functions of the interface; the contract suite calls each of them.
  return new host.Instance(compiled, { env: { memory, abort } }).exports as unknown as Kernels;
}
