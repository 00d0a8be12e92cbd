import { type WebAssemblyHost, webAssembly } from '../../kernels/webassembly.ts';
import type { BatchKernels, Precision } from './batchkernels.ts';
import { KERNELS_BASE64 as DOUBLE } from './double.generated.ts';
import { plainBatchKernels } from './plainbatchkernels.ts';
import { KERNELS_BASE64 as SINGLE } from './single.generated.ts';

const PAGE = 65_536;
/** Rows begin on a boundary of a cache line. */
const LINE = 64;

/** Rows of one precision and some integers in one memory of fixed size, and the kernels that work on them. */
export interface RowMemory {
  readonly rows: Float32Array | Float64Array;
  readonly i32: Int32Array;
  readonly kernels: BatchKernels;
  /** Offset of so many fresh elements, zero at first. */
  take(elements: number): number;
  takeIntegers(count: number): number;
}

const compiled: Partial<Record<Precision, object>> = {};

/**
 * Room for pieces of so many elements, and of so many integers. WebAssembly where the host has it, else the plain
 * twins; the same results either way.
 */
export function createRowMemory(
  precision: Precision,
  pieces: readonly number[],
  integers: readonly number[],
  kind?: 'Plain',
): RowMemory {
  const size = precision === 'Single' ? 4 : 8;
  const bytesOf = (count: number, each: number) => Math.ceil((count * each) / LINE) * LINE;
  let bytes = LINE;
  for (const count of pieces) bytes += bytesOf(count, size);
  for (const count of integers) bytes += bytesOf(count, 4);
  bytes = Math.ceil(bytes / PAGE) * PAGE;
  const host = kind === 'Plain' ? undefined : webAssembly();
  const memory = host ? new host.Memory({ initial: bytes / PAGE }) : undefined;
  const buffer = memory ? memory.buffer : new ArrayBuffer(bytes);
  const i32 = new Int32Array(buffer);
  const rows = precision === 'Single' ? new Float32Array(buffer) : new Float64Array(buffer);
  let next = LINE;
  const take = (count: number, each: number) => {
    const at = next / each;
    next += bytesOf(count, each);
    if (next > bytes) throw new RangeError(`memory of ${bytes} bytes is full`);
    return at;
  };
  return {
    rows,
    i32,
    kernels: host && memory ? instantiate(host, memory, precision) : plainBatchKernels(rows, i32, precision),
    take: (elements) => take(elements, size),
    takeIntegers: (count) => take(count, 4),
  };
}

function instantiate(host: WebAssemblyHost, memory: object, precision: Precision): BatchKernels {
  compiled[precision] ??= new host.Module(
    Uint8Array.from(atob(precision === 'Single' ? SINGLE : DOUBLE), (char) => char.charCodeAt(0)),
  );
  const abort = () => {
    throw new Error('a kernel aborted');
  };
  // The exports are exactly the functions of the interface; the contract suite calls each of them.
  return new host.Instance(compiled[precision], { env: { memory, abort } })
    .exports as unknown as BatchKernels;
}
