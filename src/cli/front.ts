import { nearest } from '../api/nearest.ts';
import { type Front, paretoFront, type TradeOff } from '../engine/limits/pareto.ts';
import type { Problem } from '../engine/problem.ts';
import { figure } from '../engine/reasons/words.ts';
import { solve } from '../engine/solve.ts';
import { TERM_UNITS, TERMS, type Term } from '../engine/vocabulary.ts';
import { type Extra, readArguments } from './arguments.ts';
import { optionsOf } from './engine.ts';
import { inputOf, readFiles } from './input.ts';
import { oneProfile, print } from './plan.ts';
import { sharesText } from './resulttext.ts';
import { scatter } from './scatter.ts';
import { EXIT, InputError, type Streams } from './streams.ts';
import { type Paint, paintFor, table } from './table.ts';

const DEFAULT_POINTS = 8;
const MOST_POINTS = 100;

type TermPair = readonly [Term, Term];

/**
 * `codeco front FILE... --terms FIRST,SECOND [--points N] [--application A]`: the placements of one application
 * of which none is better than another in both terms, from the least of the first to the least of the second.
 */
export async function front(args: readonly string[], streams: Streams): Promise<number> {
  const given = readArguments(args, ['terms', 'points', 'application']);
  const terms = readTerms(last(given.extra, 'terms'));
  const points = readPoints(last(given.extra, 'points'));
  const { problem } = inputOf(await readFiles(given.files, streams.stdin), oneProfile(given));
  if (!problem) throw new InputError('no application of the files has anywhere to go: codeco plan tells why');
  const application = applicationIn(problem, last(given.extra, 'application'));
  const found = paretoFront(problem, application, terms, points, solve, optionsOf(given, streams));
  const paint = paintFor(streams.colour ?? false);
  print(streams, given, { application, terms, ...found }, () => frontText(application, terms, found, paint));
  if (found.points.length > 0) return EXIT.ok;
  return found.complete ? EXIT.infeasible : EXIT.noneFound;
}

function last(extra: Extra, name: string): string | undefined {
  return extra[name]?.at(-1);
}

function readTerms(text: string | undefined): TermPair {
  const [first, second, ...more] = (text ?? '').split(',').map(termOf);
  if (first === undefined || second === undefined || more.length > 0 || first === second)
    throw new InputError(`--terms ${text ?? ''}: two different terms such as cost,carbon`, { usage: true });
  return [first, second];
}

function termOf(name: string): Term | undefined {
  const term = TERMS.find((each) => each === name);
  if (term || name === '') return term;
  const near = nearest(name, TERMS);
  throw new InputError(
    `--terms ${name}: there is no such term${near === undefined ? '' : `; did you mean ${near}?`} (${TERMS.join(', ')})`,
  );
}

function readPoints(text: string | undefined): number {
  if (text === undefined) return DEFAULT_POINTS;
  const points = Number(text);
  if (!Number.isSafeInteger(points) || points < 2 || points > MOST_POINTS)
    throw new InputError(`--points ${text}: a whole number from 2 to ${MOST_POINTS}`);
  return points;
}

/** The one that was named, or the only one. */
function applicationIn({ applications }: Problem, name: string | undefined): string {
  const names = applications.map(({ id }) => id);
  if (name === undefined && names.length === 1) return names[0]!;
  if (name !== undefined && names.includes(name)) return name;
  const near = name === undefined ? undefined : nearest(name, names);
  throw new InputError(
    name === undefined
      ? `--application: which of ${names.join(', ')}?`
      : `--application ${name}: the files have none of that name${near === undefined ? '' : `; did you mean ${near}?`}`,
  );
}

function frontText(application: string, [first, second]: TermPair, found: Front, paint: Paint): string {
  const { points, complete } = found;
  const title = paint(application, 'head');
  if (points.length === 0)
    return complete
      ? `${title}: ${paint('infeasible, proved', 'bad')}; codeco plan tells why`
      : `${title}: ${paint('no placement found within the budget', 'bad')}`;
  const rows = points.map((point, at) => [
    `${at + 1}`,
    figure(point.first),
    figure(point.second),
    at === 0 ? placesText(point) : changesText(points[at - 1]!, point),
  ]);
  return [
    `${title}: ${points.length} ways to trade ${first} against ${second}, ${completeness(found, second)}`,
    ...table(
      [
        '',
        `${first} ${TERM_UNITS[first]}`.trim(),
        `${second} ${TERM_UNITS[second]}`.trim(),
        'PLACES, THEN WHAT CHANGES',
      ],
      rows,
      paint,
      { indent: 2, right: [0, 1, 2] },
    ),
    ...(points.length > 2
      ? [
          '',
          ...scatter(
            points.map((point) => [point.first, point.second]),
            first,
            second,
          ),
        ]
      : []),
  ].join('\n');
}

function completeness({ complete, resolution }: Front, second: Term): string {
  return complete
    ? `each proved; what lies between two of them saves less than ${`${figure(resolution)} ${TERM_UNITS[second]}`.trim()}`
    : 'not all of them proved';
}

function placesText({ answer }: TradeOff): string {
  return answer.services.map((service) => `${service.service} ${sharesText(service)}`).join('; ');
}

function changesText(before: TradeOff, { answer }: TradeOff): string {
  const was = new Map(before.answer.services.map((service) => [service.service, sharesText(service)]));
  return answer.services
    .filter((service) => was.get(service.service) !== sharesText(service))
    .map((service) => `${service.service} ${was.get(service.service)} -> ${sharesText(service)}`)
    .join('; ');
}
