import type { PathNetwork } from './pathnetwork.ts';

/**
 * Trees of shortest paths from every location, as flat arrays: location by location for what the engine
 * reads, location by network node for what paths pass on the way. `previous` is source by place: the link by
 * which a place is reached; -1.
 */
export interface PathRows {
  readonly delay: Float64Array;
  readonly usdPerGB: Float64Array;
  readonly kWhPerGB: Float64Array;
  readonly lossNats: Float64Array;
  readonly previous: Int32Array;
  readonly nodes: {
    readonly delay: Float64Array;
    readonly hops: Int32Array;
    readonly usdPerGB: Float64Array;
    readonly kWhPerGB: Float64Array;
    readonly lossNats: Float64Array;
  };
}

/** 36 bytes for each pair of locations. */
export function emptyRows({ locations: m, places }: PathNetwork): PathRows {
  const nodes = m * (places - m);
  return {
    delay: new Float64Array(m * m),
    usdPerGB: new Float64Array(m * m),
    kWhPerGB: new Float64Array(m * m),
    lossNats: new Float64Array(m * m),
    previous: new Int32Array(m * places),
    nodes: {
      delay: new Float64Array(nodes),
      hops: new Int32Array(nodes),
      usdPerGB: new Float64Array(nodes),
      kWhPerGB: new Float64Array(nodes),
      lossNats: new Float64Array(nodes),
    },
  };
}
