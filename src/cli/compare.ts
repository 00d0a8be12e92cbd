import type { Finding } from '../engine/check/finding.ts';
import { refereeOf } from '../engine/check.ts';
import type { Problem } from '../engine/problem.ts';
import { isPlaced, placesOnly } from '../engine/reasons/alone.ts';
import { figure } from '../engine/reasons/words.ts';
import { Result, type TermValues } from '../engine/result.ts';
import { RESULT_FORMAT, TERM_UNITS, TERMS } from '../engine/vocabulary.ts';
import { readArguments } from './arguments.ts';
import { optionsOf, solveInput } from './engine.ts';
import { formatOf, inputOf, objectsIn, readFiles, readText } from './input.ts';
import { print } from './plan.ts';
import { percent } from './resulttext.ts';
import { EXIT, InputError, type Streams } from './streams.ts';
import { type Cell, type Paint, paintFor, table } from './table.ts';

/** One way to place the applications, judged by the referee. */
interface Contender {
  name: string;
  placed: number;
  of: number;
  broken: Finding[];
  /** Sums over the applications that all contenders place, by the referee's arithmetic. */
  terms: TermValues;
  /** Share above the engine's lower bound; the engine's own profile only. */
  aboveBound?: number;
}

/**
 * `codeco compare FILE... [--profile P ...] [RESULT.json ...]`: places by each profile, and judges results
 * that anybody made of the same problem; terms and broken rules are the referee's, side by side.
 */
export async function compare(args: readonly string[], streams: Streams): Promise<number> {
  const given = readArguments(args, ['result']);
  const results: { name: string; result: Result }[] = [];
  for (const file of given.extra['result'] ?? []) {
    results.push({ name: file, result: await readResult(file, streams.stdin) });
  }
  const profiles = given.profiles.length > 0 ? given.profiles : [undefined];
  if (results.length + profiles.length < 2)
    throw new InputError('nothing to compare with: give --result FILE, or --profile twice', { usage: true });
  // Profiles weigh; places, rules and units are those of the files whatever the profile.
  const files = await readFiles(given.files, streams.stdin);
  const input = inputOf(files, undefined);
  if (!input.problem)
    throw new InputError('no application of the files has anywhere to go: codeco plan tells why');
  const answers: { name: string; result: Result; own: boolean }[] = [];
  for (const profile of profiles) {
    const weighed = inputOf(files, profile);
    const result = solveInput({ ...weighed, refused: new Map() }, optionsOf(given, streams));
    answers.push({ name: profile ?? 'engine', result, own: profile === undefined });
  }
  const all = [...answers, ...results.map((each) => ({ ...each, own: false }))];
  const contenders = judgedAll(input.problem, all);
  const paint = paintFor(streams.colour ?? false);
  print(streams, given, { contenders }, () => contendersText(contenders, paint));
  return contenders.every(({ broken, placed, of }) => broken.length === 0 && placed === of)
    ? EXIT.ok
    : EXIT.infeasible;
}

async function readResult(file: string, stdin: NodeJS.ReadableStream): Promise<Result> {
  const [object] = objectsIn({ file, text: await readText(file, stdin) });
  if (formatOf(object) !== RESULT_FORMAT)
    throw new InputError(
      `${file}: no result: format must be ${RESULT_FORMAT} (codeco plan -o json writes one)`,
    );
  const parsed = Result.safeParse(object);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${file}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is no result'}`);
}

function judgedAll(
  problem: Problem,
  all: readonly { name: string; result: Result; own: boolean }[],
): Contender[] {
  const common = problem.applications.filter(({ id }) =>
    all.every(({ result }) => isPlaced(result.applications.find(({ application }) => application === id))),
  );
  const bound = all.find(({ own }) => own);
  const referee = refereeOf(problem);
  return all.map(({ name, result, own }) => {
    const plain = withoutFigures(result);
    const terms: TermValues = {};
    let objective = 0;
    let least = 0;
    for (const app of common) {
      const recomputed = referee.terms(plain, app);
      const weights = TERMS.reduce((sum, term) => sum + app.profile[term], 0);
      for (const term of TERMS) {
        const value = recomputed.terms[term];
        if (value !== undefined) terms[term] = (terms[term] ?? 0) + value;
        objective += (app.profile[term] / weights) * (recomputed.normalised[term] ?? 0);
      }
      const known = bound?.result.applications.find(({ application }) => application === app.id);
      least += known?.lowerBound ?? Number.NaN;
    }
    return {
      name,
      placed: result.applications.filter(isPlaced).length,
      of: problem.applications.length,
      broken: referee.judge(plain),
      terms,
      ...(least > 0 && (own || bound) ? { aboveBound: Math.max(0, objective / least - 1) } : {}),
    };
  });
}

/** What somebody says of his own result does not count: the referee computes it. */
function withoutFigures(result: Result): Result {
  const { round: _, links: __, ...rest } = result;
  return {
    ...rest,
    applications: result.applications.map(placesOnly),
  };
}

function contendersText(contenders: readonly Contender[], paint: Paint): string {
  const rows: (string | Cell)[][] = [
    [
      'placed',
      ...contenders.map(
        ({ placed, of }): Cell => ({ text: `${placed}/${of}`, style: placed === of ? 'good' : 'bad' }),
      ),
      '',
    ],
    [
      'broken rules',
      ...contenders.map(
        ({ broken }): Cell => ({ text: `${broken.length}`, style: broken.length === 0 ? 'good' : 'bad' }),
      ),
      '',
    ],
    ...TERMS.filter((term) => contenders.some(({ terms }) => terms[term] !== undefined)).map((term) => [
      term,
      ...contenders.map(({ terms }) => (terms[term] === undefined ? '-' : figure(terms[term]))),
      TERM_UNITS[term],
    ]),
    ...(contenders.some(({ aboveBound }) => aboveBound !== undefined)
      ? [
          [
            'above bound',
            ...contenders.map(({ aboveBound }) => (aboveBound === undefined ? '-' : percent(aboveBound))),
            '',
          ],
        ]
      : []),
  ];
  const named = contenders.flatMap(({ name, broken }) =>
    broken
      .slice(0, 5)
      .map(
        ({ rule, application, service = '', location = '', message }) =>
          `  ${name}: ${rule} ${[application, service, location].filter((each) => each !== '').join(' ')}: ${message}`,
      ),
  );
  const columns = contenders.map((_, at) => at + 1);
  return [
    ...table(['', ...contenders.map(({ name }) => name), 'UNIT'], rows, paint, { right: columns }),
    ...named,
  ].join('\n');
}
