/** What GEXF and GraphML know: flat names with plain values. */
export type Flat = Record<string, string | number | boolean>;

/** Marks an attribute whose text is JSON: lists, and objects that are empty. */
const JSON_MARK = '@json';

/**
 * An object as flat attributes: `{free: {cpu: 4}, taints: []}` becomes `free.cpu = 4`, `taints@json = "[]"`.
 * Dots in names are written %2E. What is undefined is left out.
 */
export function flattened(object: object, prefix = ''): Flat {
  const flat: Flat = {};
  for (const [name, value] of Object.entries(object) as [string, unknown][]) {
    const path = prefix + name.replace(/%/g, '%25').replace(/\./g, '%2E');
    if (value === undefined) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      flat[path] = value;
    } else if (value === null || Array.isArray(value) || Object.keys(value).length === 0) {
      flat[path + JSON_MARK] = JSON.stringify(value);
    } else Object.assign(flat, flattened(value, `${path}.`));
  }
  return flat;
}

/** The object that `flattened` made attributes of. Throws SyntaxError for JSON that is none. */
export function unflattened(attributes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [path, value] of Object.entries(attributes)) {
    const isJson = path.endsWith(JSON_MARK);
    const names = (isJson ? path.slice(0, -JSON_MARK.length) : path)
      .split('.')
      .map((name) => name.replace(/%2E/g, '.').replace(/%25/g, '%'));
    const last = names.pop()!;
    let place = root;
    for (const name of names) {
      if (!Object.hasOwn(place, name)) define(place, name, {});
      place = place[name] as Record<string, unknown>;
    }
    define(place, last, isJson ? (JSON.parse(String(value)) as unknown) : value);
  }
  return root;
}

/** A name such as __proto__ is a name like any other. */
function define(place: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(place, name, { value, enumerable: true, configurable: true, writable: true });
}
