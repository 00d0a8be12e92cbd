import { EVENT_ID, type Event, getScalarValue } from 'js-yaml';

/** Line (from 1) by path, `spec.codecoapp-msspec[0].serviceName`, of one YAML document. */
export type Lines = ReadonlyMap<string, number>;

/** A mapping or sequence that is open, and what comes next in it. */
interface Open {
  path: string;
  /** Sequences: index of the next entry. */
  index?: number;
  /** Mappings: the key whose value comes next. */
  key?: { path: string; offset: number };
}

/** Where each document of a file says what: one map per document, in order. */
export function documentLines(source: string, events: readonly Event[]): Lines[] {
  const starts = lineStarts(source);
  const documents: Map<string, number>[] = [];
  const open: Open[] = [];
  for (const event of events) {
    if (event.type === EVENT_ID.POP) {
      // The end of a document closes no collection: there is none open by then.
      open.pop();
      continue;
    }
    if (event.type === EVENT_ID.DOCUMENT) {
      documents.push(new Map());
      open.push({ path: '', index: -1 });
      continue;
    }
    const parent = open.at(-1);
    const lines = documents.at(-1);
    if (!parent || !lines) continue;
    const offset =
      event.type === EVENT_ID.SCALAR
        ? event.valueStart
        : event.type === EVENT_ID.ALIAS
          ? event.anchorStart
          : event.start;
    if (parent.index === undefined && parent.key === undefined) {
      // A key; one that is itself a collection has no path.
      const key = event.type === EVENT_ID.SCALAR ? getScalarValue(source, event) : '?';
      parent.key = { path: parent.path === '' ? key : `${parent.path}.${key}`, offset };
      if (event.type === EVENT_ID.SEQUENCE || event.type === EVENT_ID.MAPPING)
        open.push({ path: '?', index: 0 });
      continue;
    }
    const path = parent.key?.path ?? (parent.index === -1 ? '' : `${parent.path}[${parent.index}]`);
    const at = parent.key?.offset ?? offset;
    if (at >= 0) lines.set(path, lineOf(starts, at));
    delete parent.key;
    if (parent.index !== undefined && parent.index >= 0) parent.index += 1;
    if (event.type === EVENT_ID.SEQUENCE) open.push({ path, index: 0 });
    if (event.type === EVENT_ID.MAPPING) open.push({ path });
  }
  return documents;
}

/** The line of `path`, or of the nearest thing around it that the file says. */
export function lineAt(lines: Lines, path: string): number | undefined {
  for (let at = path; ; ) {
    const line = lines.get(at);
    if (line !== undefined || at === '') return line;
    const cut = Math.max(at.lastIndexOf('.'), at.lastIndexOf('['));
    at = cut < 0 ? '' : at.slice(0, cut);
  }
}

function lineStarts(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf('\n'); at >= 0; at = source.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

function lineOf(starts: readonly number[], offset: number): number {
  let low = 0;
  let high = starts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low + 1;
}
