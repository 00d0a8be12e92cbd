/**
 * The function, with its answers remembered for as long as the objects live that they are about. For objects
 * that nobody changes, as all in a snapshot are: most apps are the same from one picture to the next,
 * and what follows from them alone is then found once.
 */
export function perObject<K extends object, V>(find: (object: K) => V): (object: K) => V {
  const known = new WeakMap<K, { value: V }>();
  return (object) => {
    const found = known.get(object);
    if (found !== undefined) return found.value;
    const value = find(object);
    known.set(object, { value });
    return value;
  };
}
