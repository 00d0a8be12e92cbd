import type { Problem, Profile, Share } from '../engine/problem.ts';
import { ProblemError } from '../engine/problemerror.ts';
import type { Change } from '../engine/reasons/change.ts';
import { type WhatIfAnswer, whatIf } from '../engine/reasons/whatif.ts';
import { figure } from '../engine/reasons/words.ts';
import { solve } from '../engine/solve.ts';
import { TERM_UNITS, TERMS } from '../engine/vocabulary.ts';
import { type Extra, readArguments } from './arguments.ts';
import { optionsOf } from './engine.ts';
import { inputOf, readFiles } from './input.ts';
import { exitCodeOf, oneProfile, print } from './plan.ts';
import { quality, signedPercent, unplacedLines } from './resulttext.ts';
import { serviceNamed } from './selectors.ts';
import { InputError, type Streams } from './streams.ts';
import { type Paint, paintFor, table } from './table.ts';

/** The flags that say what would be different, each with how its value is read. */
const CHANGES: Readonly<Record<string, (text: string, problem: Problem) => Change>> = {
  lose: (location) => ({ kind: 'LoseLocation', location }),
  scale: (text, problem) => {
    const { name, value } = assignment('scale', text, 'SERVICE=FACTOR, for example web=2');
    const factor = positive('scale', text, value);
    return name === '*'
      ? { kind: 'Scale', factor }
      : { kind: 'Scale', ...serviceNamed(problem, name, '--scale'), factor };
  },
  weights: (text) => ({ kind: 'Weights', weights: readWeights(text) }),
  delay: (text) => {
    const { name, value } = assignment('delay', text, 'FROM:TO=MS, for example edge-a:cloud-1=25');
    const [from = '', to = ''] = name.split(':');
    return { kind: 'Delay', from, to, delayMs: positive('delay', text, value.replace(/ms$/, '')) };
  },
  price: (text) => {
    const { name, value } = assignment('price', text, 'LOCATION=FACTOR, for example cloud-1=1.2');
    return { kind: 'Price', location: name, factor: positive('price', text, value) };
  },
  force: (text, problem) => onLocation('Force', 'force', text, problem),
  forbid: (text, problem) => onLocation('Forbid', 'forbid', text, problem),
};

/** `codeco whatif FILE... --lose c3`: what would be different, as moves, terms and broken rules. */
export async function whatif(args: readonly string[], streams: Streams): Promise<number> {
  const given = readArguments(args, Object.keys(CHANGES));
  const input = inputOf(await readFiles(given.files, streams.stdin), oneProfile(given));
  if (!input.problem)
    throw new InputError('no application of the files has anywhere to go: codeco plan tells why');
  const answer = ask(input.problem, given.extra, (problem, changes) =>
    whatIf(problem, changes, solve, optionsOf(given, streams)),
  );
  const paint = paintFor(streams.colour ?? false);
  print(streams, given, answer, () => answerText(answer, paint));
  return exitCodeOf(answer.after);
}

function ask(
  problem: Problem,
  extra: Extra,
  answer: (problem: Problem, changes: readonly Change[]) => WhatIfAnswer,
): WhatIfAnswer {
  const changes = Object.entries(CHANGES).flatMap(([flag, read]) =>
    (extra[flag] ?? []).map((text) => read(text, problem)),
  );
  if (changes.length === 0) {
    throw new InputError(
      `what would be different? One of ${Object.keys(CHANGES)
        .map((flag) => `--${flag}`)
        .join(', ')}`,
      {
        usage: true,
      },
    );
  }
  try {
    return answer(problem, changes);
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    throw new InputError(error.message, { cause: error });
  }
}

function assignment(flag: string, text: string, form: string): { name: string; value: string } {
  const cut = text.indexOf('=');
  if (cut <= 0) throw new InputError(`--${flag} ${text}: write ${form}`);
  return { name: text.slice(0, cut), value: text.slice(cut + 1) };
}

function positive(flag: string, text: string, value: string): number {
  const number = Number(value);
  if (value === '' || !(number >= 0) || number > 1e12)
    throw new InputError(`--${flag} ${text}: ${value} is no number from 0 on`);
  return number;
}

function onLocation(kind: 'Force' | 'Forbid', flag: string, text: string, problem: Problem): Change {
  const { name, value } = assignment(flag, text, 'SERVICE=LOCATION, for example web=edge-a');
  return { kind, ...serviceNamed(problem, name, `--${flag}`), location: value };
}

function readWeights(text: string): Partial<Profile> {
  const weights: Partial<Profile> = {};
  for (const part of text.split(',')) {
    const { name, value } = assignment('weights', part, 'TERM=WEIGHT[,...], for example carbon=3,cost=1');
    const term = TERMS.find((each) => each === name);
    if (!term) throw new InputError(`--weights ${text}: ${name} is no term (${TERMS.join(', ')})`);
    weights[term] = positive('weights', text, value);
  }
  return weights;
}

function answerText({ applications, after }: WhatIfAnswer, paint: Paint): string {
  return applications
    .map((diff) => {
      const answer = after.applications.find(({ application }) => application === diff.application)!;
      const placed = answer.verdict === 'Optimal' || answer.verdict === 'Feasible';
      const head = placed
        ? [
            `${paint(diff.application, 'head')}: ${diff.moves.length === 0 ? 'nothing moves' : movesCount(diff.moves)} (${quality(answer)})`,
          ]
        : unplacedLines(answer, paint);
      const moves = table(
        ['SERVICE', 'FROM', 'TO'],
        diff.moves.map(({ service, from, to }) => [service, places(from), places(to)]),
        paint,
        { indent: 2 },
      );
      const staying = diff.staying !== undefined && diff.moves.length > 0;
      const terms = table(
        ['TERM', 'BEFORE', 'AFTER', 'CHANGE', ...(staying ? ['IF NOTHING MOVES'] : []), 'UNIT'],
        diff.terms.map(({ term, before, after: then }) => [
          term,
          before === undefined ? '-' : figure(before),
          then === undefined ? '-' : figure(then),
          before === undefined || then === undefined || before === 0 ? '' : signedPercent(then / before - 1),
          ...(staying ? [figure(diff.staying?.[term] ?? 0)] : []),
          TERM_UNITS[term],
        ]),
        paint,
        { indent: 2, right: [1, 2, 3, ...(staying ? [4] : [])] },
      );
      const broken = [
        ...new Map(diff.broken.map((reason) => [`${reason.rule} ${reason.service ?? ''}`, reason])).values(),
      ];
      const rules = broken.map(
        ({ rule, service, channel, location, message }) =>
          `  ${[rule, service, channel && `channel ${channel}`, location && `on ${location}`].filter(Boolean).join(' ')}: ${message}`,
      );
      return [
        ...head,
        ...moves,
        ...(placed ? terms : []),
        ...(rules.length > 0
          ? ['  rules that the placement as it was would break', ...rules.map((rule) => `  ${rule}`)]
          : []),
      ].join('\n');
    })
    .join('\n\n');
}

function movesCount(moves: readonly unknown[]): string {
  return `${moves.length} ${moves.length === 1 ? 'service moves' : 'services move'}`;
}

function places(shares: readonly Share[]): string {
  return (
    shares
      .map(({ location, replicas }) => (replicas === 1 ? location : `${location} x${replicas}`))
      .join(', ') || '-'
  );
}
