import { CORE_SCHEMA, loadAll, mergeTag, parseEvents, Schema, YAMLException } from 'js-yaml';
import type { CodecoApp } from '../api/codeco/v1alpha1/codecoapp.ts';
import { kindSchemas } from '../api/codeco/v1alpha1/schemas.ts';
import { type Finding, findingText } from '../api/codeco/v1alpha1/validation/finding.ts';
import { validateObject } from '../api/codeco/v1alpha1/validation/validateobject.ts';
import { takenNames } from '../controllers/acm/intake.ts';
import { documentLines, lineAt } from './positions.ts';

/** A finding in a file. */
export interface FileFinding extends Finding {
  file: string;
  /** From 1; absent where the file cannot be read at all. */
  line?: number;
  /** `kind/name`; absent where the object has none. */
  object?: string;
}

/** What `codeco validate` found in its files. */
export interface ValidateReport {
  findings: FileFinding[];
  /** Objects of the suite that were judged. */
  judged: number;
  /** Objects of other kinds, which were not judged. */
  skipped: number;
}

/** A file with its text, or why it cannot be read. */
export type Source = { file: string } & ({ text: string } | { failure: string });

/** Kubernetes' tools read merge keys; YAML 1.2 alone does not. */
const SCHEMA = new Schema([...CORE_SCHEMA.tags, mergeTag]);

export interface Judged {
  file: string;
  object: unknown;
  line: (path: string) => number | undefined;
  findings: Finding[];
}

/** Judges all documents of all files, and the names that applications of one namespace would share. */
export function validateSources(sources: readonly Source[]): ValidateReport {
  const kinds = kindSchemas();
  const findings: FileFinding[] = [];
  const judged: Judged[] = [];
  let skipped = 0;
  for (const source of sources) {
    const documents = 'failure' in source ? source.failure : documentsOf(source.text, source.file);
    if (typeof documents === 'string') {
      findings.push({ file: source.file, path: '', value: '', message: documents, severity: 'Error' });
      continue;
    }
    for (const { object, line } of documents) {
      const found = validateObject(object, kinds);
      if (found === undefined) skipped += 1;
      else judged.push({ file: source.file, object, line, findings: found });
    }
  }
  addTakenNames(judged);
  for (const { file, object, line, findings: found } of judged) {
    const name = nameOf(object);
    for (const finding of found) {
      const at = line(finding.path);
      findings.push({
        ...finding,
        file,
        ...(at === undefined ? {} : { line: at }),
        ...(name === undefined ? {} : { object: name }),
      });
    }
  }
  return { findings, judged: judged.length, skipped };
}

/** One line per finding, `file:line: object: path: value: message`, and a last line that counts. */
export function reportText({ findings, judged, skipped }: ValidateReport): string {
  const lines = findings.map(({ file, line, object, ...finding }) => {
    const where = `${file}${line === undefined ? '' : `:${line}`}`;
    const path = finding.path === '' ? '' : `${finding.path}: `;
    const text = finding.path === '' ? findingText(finding).replace(/^: /, '') : findingText(finding);
    const rest = path === '' ? text : `${path}${text.slice(path.length)}`;
    return `${where}: ${finding.severity === 'Warning' ? 'warning: ' : ''}${object === undefined ? '' : `${object}: `}${rest}`;
  });
  const errors = findings.filter(({ severity }) => severity === 'Error').length;
  const others = skipped === 0 ? '' : `, ${count(skipped, 'object')} of other kinds not judged`;
  return [...lines, `${count(judged, 'object')} judged, ${count(errors, 'error')}${others}`].join('\n');
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

/** The documents of a file, those of a List one by one, or what is wrong with the file. */
export function documentsOf(text: string, file: string): Pick<Judged, 'object' | 'line'>[] | string {
  try {
    const lines = documentLines(text, parseEvents(text, {}));
    return loadAll(text, { filename: file, schema: SCHEMA }).flatMap((object, index) => {
      // An empty document between two separators says nothing, to kubectl too.
      if (object === null || object === undefined) return [];
      const line = (path: string) => lineAt(lines[index] ?? new Map<string, number>(), path);
      const { kind, items } = object as { kind?: unknown; items?: unknown };
      if (kind !== 'List' || !Array.isArray(items)) return [{ object, line }];
      return items.map((item: unknown, at) => ({
        object: item,
        line: (path: string) => line(path === '' ? `items[${at}]` : `items[${at}].${path}`),
      }));
    });
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark === undefined ? '' : ` at line ${error.mark.line + 1}`;
    return `not YAML: ${error.reason}${at}`;
  }
}

/** As on a hub where the files are applied in order: the earlier application keeps a name. */
function addTakenNames(judged: readonly Judged[]): void {
  const before = new Map<string, CodecoApp[]>();
  judged.forEach(({ object, findings }, index) => {
    const app = object as CodecoApp;
    // What is wrong in itself has no names that could be compared.
    if (app?.kind !== 'CodecoApp' || findings.some(({ severity }) => severity === 'Error')) return;
    const namespace = app.metadata.namespace ?? '';
    const others = before.get(namespace) ?? [];
    const order = String(index).padStart(8, '0');
    const inOrder = { ...app, metadata: { ...app.metadata, creationTimestamp: order, uid: order } };
    findings.push(
      ...takenNames(
        inOrder,
        others.filter(({ metadata }) => metadata.name !== app.metadata.name),
      ),
    );
    before.set(namespace, [...others, inOrder]);
  });
}

function nameOf(object: unknown): string | undefined {
  if (typeof object !== 'object' || object === null) return undefined;
  const { kind, metadata } = object as { kind?: unknown; metadata?: { name?: unknown } };
  const name = metadata?.name;
  return typeof kind === 'string' && typeof name === 'string' && name.length <= 253
    ? `${kind}/${name}`
    : undefined;
}
