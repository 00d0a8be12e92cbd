import { dump } from 'js-yaml';
import type { Result } from '../engine/result.ts';
import { type CommonArguments, readArguments } from './arguments.ts';
import { optionsOf, solveInput } from './engine.ts';
import { inputOf, readFiles } from './input.ts';
import { resultText } from './resulttext.ts';
import { EXIT, InputError, type Streams } from './streams.ts';
import { paintFor } from './table.ts';

/** `codeco plan FILE...`: places what the files ask for, and tells where, at what cost, and how well. */
export async function plan(args: readonly string[], streams: Streams): Promise<number> {
  const given = readArguments(args);
  const input = inputOf(await readFiles(given.files, streams.stdin), oneProfile(given));
  const result = solveInput(input, optionsOf(given, streams));
  const { output } = given;
  if (output === 'gexf' || output === 'graphml') {
    if (!input.problem) throw new InputError(`-o ${output}: no application has anywhere to go`);
    // Loaded only when asked for: drawing formats bring an XML parser with them.
    const { writeGraph } = await import('../engine/graph/exchange.ts');
    streams.out(writeGraph(output, input.problem, result).trimEnd());
    return exitCodeOf(result);
  }
  const paint = paintFor(streams.colour ?? false);
  print(streams, given, result, () =>
    resultText(result, input.problem, input.notes, paint, given.output === 'wide'),
  );
  return exitCodeOf(result);
}

/** One profile at most: with several there would be several answers. */
export function oneProfile({ profiles }: CommonArguments): string | undefined {
  if (profiles.length > 1)
    throw new InputError('--profile can be given once; codeco compare takes several', { usage: true });
  return profiles[0];
}

/** The answer as asked for: text for people, JSON or YAML for programs. */
export function print(
  { out }: Streams,
  { output }: CommonArguments,
  answer: object,
  text: () => string,
): void {
  if (output === 'gexf' || output === 'graphml')
    throw new InputError(`-o ${output}: only codeco plan draws a graph`, { usage: true });
  if (output === 'json') out(JSON.stringify(answer, undefined, 2));
  else if (output === 'yaml')
    out(dump(JSON.parse(JSON.stringify(answer)), { lineWidth: 120, noRefs: true }).trimEnd());
  else out(text());
}

/** What is worst decides: none found before infeasible, since it may be either. */
export function exitCodeOf({ applications }: Result): number {
  const verdicts = new Set(applications.map(({ verdict }) => verdict));
  if (verdicts.has('NoneFound')) return EXIT.noneFound;
  return verdicts.has('Infeasible') || verdicts.has('Deferred') ? EXIT.infeasible : EXIT.ok;
}
