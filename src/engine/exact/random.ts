/** Numbers in [0, 1) that depend on the seed alone (xorshift32 after one round of mixing). */
export function randomOf(seed: number): () => number {
  let state = (Math.imul((seed | 0) ^ 0x9e3779b9, 0x85ebca6b) ^ 0x5bd1e995) | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 4294967296;
  };
}
