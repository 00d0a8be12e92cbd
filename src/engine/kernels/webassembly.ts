/** The part of WebAssembly that the engine uses, as every host has it; undefined where there is none. */
export interface WebAssemblyHost {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: Record<string, unknown> };
  Memory: new (pages: { initial: number }) => { readonly buffer: ArrayBuffer };
}

export function webAssembly(): WebAssemblyHost | undefined {
  return (globalThis as { WebAssembly?: WebAssemblyHost }).WebAssembly;
}
