/**
 * "Did you mean": the candidate that a misspelt name most likely stands for. Deterministic: ties go to the
 * candidate that sorts first.
 */

/**
 * The nearest of `candidates` to `name` by edit distance (insert, delete, replace, swap of neighbours; case
 * counts a little), or undefined when none is near: further away than a third of the longer name.
 */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestDistance = Number.POSITIVE_INFINITY;
  for (const candidate of [...candidates].sort()) {
    if (candidate === name) continue;
    const longer = Math.max(name.length, candidate.length);
    const allowed = Math.max(1, Math.floor(longer / 3));
    // The length alone already costs this much.
    if (Math.abs(name.length - candidate.length) > allowed && !startsAlike(name, candidate)) continue;
    const distance = distanceOf(name, candidate, allowed);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Infinity when too far. */
function distanceOf(name: string, candidate: string, allowed: number): number {
  const a = plain(name);
  const b = plain(candidate);
  const distance = editDistance(a, b) + (a === b ? 0.5 : 0);
  if (distance <= allowed) return distance;
  // bandwidth for minBandwidth, delay for maxDelay: one name holds the other.
  return startsAlike(name, candidate)
    ? allowed + 1 + Math.abs(a.length - b.length)
    : Number.POSITIVE_INFINITY;
}

function startsAlike(name: string, candidate: string): boolean {
  const [a, b] = [plain(name), plain(candidate)];
  const [shorter, longer] = a.length < b.length ? [a, b] : [b, a];
  return shorter.length >= 4 && (longer.startsWith(shorter) || longer.endsWith(shorter));
}

/** Without case and separators: `chanel_name` and `chanelName` are the same slip. */
function plain(text: string): string {
  return text.toLowerCase().replace(/[-_]/g, '');
}

/** Damerau-Levenshtein in its restricted form. */
function editDistance(a: string, b: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, column) => column);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1];
      let cost = Math.min(last[column]! + 1, current[column - 1]! + 1, last[column - 1]! + (same ? 0 : 1));
      if (row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]) {
        cost = Math.min(cost, beforeLast[column - 2]! + 1);
      }
      current.push(cost);
    }
    beforeLast = last;
    last = current;
  }
  return last[b.length]!;
}
