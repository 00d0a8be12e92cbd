import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { parseProblem } from '../engine/parse.ts';
import type { Problem } from '../engine/problem.ts';
import { ProblemError } from '../engine/problemerror.ts';
import { PROBLEM_FORMAT } from '../engine/vocabulary.ts';
import { problemOfObjects } from './objects.ts';
import type { PlacementInput } from './placementinput.ts';
import { withProfile } from './profiles.ts';
import { InputError } from './streams.ts';
import { documentsOf, reportText, type Source, validateSources } from './validate.ts';

/** A file that was read. */
export interface TextFile {
  file: string;
  text: string;
  /** The problem that the text draws, when it is XML. */
  graph?: Problem;
}

/** @throws InputError for a file that cannot be read */
export async function readFiles(files: readonly string[], stdin: NodeJS.ReadableStream): Promise<TextFile[]> {
  const read: TextFile[] = [];
  for (const file of files) read.push(await readOne(file, stdin));
  return read;
}

async function readOne(file: string, stdin: NodeJS.ReadableStream): Promise<TextFile> {
  const source = { file: nameOf(file), text: await readText(file, stdin) };
  if (!source.text.trimStart().startsWith('<')) return source;
  // Loaded only when needed: an XML parser comes with it.
  const { readGraph } = await import('../engine/graph/exchange.ts');
  try {
    return { ...source, graph: readGraph(source.text) };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new InputError(`${source.file}: ${error.message}`, { cause: error });
  }
}

/**
 * What files ask for: one problem in the engine's own format, or objects as kubectl would apply them, over
 * any number of files.
 *
 * @param profile to place all applications by, in place of their own
 * @throws InputError naming file, path and value
 */
export function inputOf(files: readonly TextFile[], profile: string | undefined): PlacementInput {
  const objects = files.flatMap((source) =>
    objectsIn(source).map((object) => ({ file: source.file, object })),
  );
  const problems = objects.filter(({ object }) => formatOf(object) !== undefined);
  if (problems.length === 0) {
    refuseInvalid(files);
    return problemOfObjects(
      objects.map(({ object }) => object),
      profile,
    );
  }
  const [first] = problems;
  if (objects.length > 1)
    throw new InputError(`${first?.file}: a problem file stands for itself; give it alone`);
  return { problem: withProfile(problemIn(first!), profile), refused: new Map(), notes: new Map() };
}

/** The text of a file; `-` is standard input. */
export async function readText(file: string, stdin: NodeJS.ReadableStream): Promise<string> {
  if (file === '-') return text(stdin);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new InputError(
      `${file}: cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`,
      {
        cause: error,
      },
    );
  }
}

function nameOf(file: string): string {
  return file === '-' ? 'standard input' : file;
}

/** The `format` that a file of the engine declares. */
export function formatOf(object: unknown): string | undefined {
  const format =
    typeof object === 'object' && object !== null ? (object as { format?: unknown }).format : undefined;
  return typeof format === 'string' ? format : undefined;
}

/** Documents of a file; a drawing (GEXF or GraphML) holds one problem. JSON is read as JSON: a matrix of a thousand locations is slow as YAML. */
export function objectsIn(source: TextFile): unknown[] {
  if (source.graph) return [source.graph];
  if (source.text.trimStart().startsWith('{')) {
    try {
      return itemsOf(JSON.parse(source.text));
    } catch {
      // Flow-style YAML starts alike; if it is neither, YAML names the line.
    }
  }
  const documents = documentsOf(source.text, source.file);
  if (typeof documents === 'string') throw new InputError(`${source.file}: ${documents}`);
  return documents.map(({ object }) => object);
}

function itemsOf(object: unknown): unknown[] {
  const { kind, items } = (object ?? {}) as { kind?: unknown; items?: unknown };
  return kind === 'List' && Array.isArray(items) ? items : [object];
}

function problemIn({ file, object }: { file: string; object: unknown }): Problem {
  const format = formatOf(object);
  if (format !== PROBLEM_FORMAT)
    throw new InputError(`${file}: format: ${format}: a problem has ${PROBLEM_FORMAT}`);
  try {
    return parseProblem(object);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new InputError(`${file}: ${error.message}`, { cause: error });
  }
}

/** What `codeco validate` calls an error is one here, too. */
function refuseInvalid(sources: readonly Source[]): void {
  const report = validateSources(sources);
  const errors = report.findings.filter(({ severity }) => severity === 'Error');
  if (errors.length === 0) return;
  throw new InputError(reportText({ ...report, findings: errors, skipped: 0 }));
}
