import type { Problem } from '../engine/problem.ts';
import { aloneIn, isPlaced } from '../engine/reasons/alone.ts';
import { type Alternative, alternativesOf } from '../engine/reasons/alternatives.ts';
import { type CapacityAdvice, capacityAdvice } from '../engine/reasons/capacityadvice.ts';
import { type Funnel, funnelsOf } from '../engine/reasons/funnel.ts';
import { amountText, figure } from '../engine/reasons/words.ts';
import type { ApplicationResult, Result, TermValues } from '../engine/result.ts';
import { solve } from '../engine/solve.ts';
import { TERM_UNITS, TERMS } from '../engine/vocabulary.ts';
import { type CommonArguments, readArguments } from './arguments.ts';
import { optionsOf, questionOptionsOf, solveInput } from './engine.ts';
import { inputOf, readFiles } from './input.ts';
import { exitCodeOf, oneProfile, print } from './plan.ts';
import { quality, sharesText, signedPercent, unplacedLines } from './resulttext.ts';
import { oneApplication, oneService } from './selectors.ts';
import type { Streams } from './streams.ts';
import { type Cell, type Paint, paintFor, table } from './table.ts';

/** Ruled-out locations that are named one by one. */
const MOST_NAMED = 12;
/** Locations that a service is forced onto when nobody asks about it alone. */
const ASK_UP_TO = 16;

/** Why an application is where it is. */
interface Explanation {
  application: string;
  answer: ApplicationResult;
  services: {
    service: string;
    funnel: Funnel | undefined;
    alternatives: Alternative[];
  }[];
  capacity: CapacityAdvice[];
}

/** `codeco explain FILE... [--application A] [--service S]`: why each service is where it is, and not elsewhere. */
export async function explain(args: readonly string[], streams: Streams): Promise<number> {
  const given = readArguments(args, ['application', 'service']);
  const input = inputOf(await readFiles(given.files, streams.stdin), oneProfile(given));
  const result = solveInput(input, optionsOf(given, streams));
  const application = oneApplication(
    given.extra,
    result.applications.map((each) => each.application),
  );
  const asked = result.applications.filter(
    (each) => application === undefined || each.application === application,
  );
  const explanations = asked.map((answer) => explanationOf(input.problem, result, answer, given, streams));
  const paint = paintFor(streams.colour ?? false);
  print(streams, given, { applications: explanations }, () =>
    explanations.map((each) => explanationText(each, paint)).join('\n\n'),
  );
  return exitCodeOf({ ...result, applications: asked });
}

function explanationOf(
  problem: Problem | undefined,
  result: Result,
  answer: ApplicationResult,
  given: CommonArguments & { extra: Readonly<Record<string, readonly string[]>> },
  streams: Streams,
): Explanation {
  const app = problem?.applications.find(({ id }) => id === answer.application);
  const empty = { application: answer.application, answer, services: [], capacity: [] };
  if (!problem || !app) return empty;
  const wanted = oneService(given.extra, app);
  const funnels = new Map(
    funnelsOf(aloneIn(problem, result, app), app).map((funnel) => [funnel.service, funnel]),
  );
  const services = app.services.filter(({ id }) => wanted === undefined || id === wanted);
  if (!isPlaced(answer))
    return {
      ...empty,
      services: services.map(({ id }) => ({ service: id, funnel: funnels.get(id), alternatives: [] })),
    };
  const options = questionOptionsOf(given, streams);
  const few = problem.locations.length <= ASK_UP_TO;
  return {
    ...empty,
    services: services.map(({ id }) => ({
      service: id,
      funnel: funnels.get(id),
      alternatives:
        few || wanted !== undefined ? alternativesOf(problem, result, app.id, id, solve, options) : [],
    })),
    capacity: capacityAdvice(problem, result, app.id, solve, options),
  };
}

function explanationText({ answer, services, capacity, application }: Explanation, paint: Paint): string {
  const lines = isPlaced(answer) ? [] : [...unplacedLines(answer, paint), ''];
  for (const { service, funnel, alternatives } of services) {
    lines.push(...serviceLines(answer, service, funnel, alternatives, paint), '');
  }
  const advice = capacity.slice(0, 5).map(adviceText);
  if (advice.length > 0)
    lines.push(`more room for ${application}, verified by solving with it:`, ...advice, '');
  return lines.join('\n').trimEnd();
}

function serviceLines(
  answer: ApplicationResult,
  service: string,
  funnel: Funnel | undefined,
  alternatives: readonly Alternative[],
  paint: Paint,
): string[] {
  const placement = answer.services.find((each) => each.service === service);
  const where = placement
    ? `${paint(service, 'head')} -> ${sharesText(placement)}   (${quality(answer)})`
    : paint(service, 'head');
  const next = alternatives.find((each) => each.kind === 'AtLeast');
  const comparison = placement ? comparisonTable(answer, sharesText(placement), next, paint) : [];
  const ruledOut = alternatives.filter((each) => each.kind === 'Impossible');
  const others = alternatives.filter((each) => each.kind === 'AtLeast').slice(1);
  const named = table(
    [],
    [
      ...others.slice(0, MOST_NAMED).map((each) => [each.location, atLeast(each, answer)]),
      ...ruledOut
        .slice(0, MOST_NAMED)
        .map(({ location, rule, message }): (string | Cell)[] => [
          location,
          `${paint(rule, 'faint')}: ${message}`,
        ]),
    ],
    paint,
    { indent: 4 },
  );
  const more = others.length + ruledOut.length - named.length;
  return [
    where,
    ...comparison,
    ...(named.length > 0 ? ['  other locations', ...named] : []),
    ...(more > 0 ? [`    and ${more} more (-o json names them all)`] : []),
    ...funnelLines(funnel),
  ];
}

/** The chosen location and the next one, term by term. */
function comparisonTable(
  answer: ApplicationResult,
  here: string,
  next: Extract<Alternative, { kind: 'AtLeast' }> | undefined,
  paint: Paint,
): string[] {
  const row = (terms: TermValues | undefined, term: (typeof TERMS)[number]) => {
    const value = terms?.[term];
    return value === undefined ? '' : figure(value);
  };
  const rows: (string | Cell)[][] = TERMS.filter((term) => answer.terms[term] !== undefined).map((term) => [
    term,
    TERM_UNITS[term],
    row(answer.terms, term),
    ...(next ? [row(next.terms, term)] : []),
  ]);
  const total = answer.objective === undefined ? '' : figure(answer.objective);
  rows.push(['total', '', total, ...(next ? [atLeast(next, answer)] : [])]);
  return table(['', '', here, ...(next ? [`next: ${next.location}`] : [])], rows, paint, {
    indent: 2,
    right: [2],
  });
}

function atLeast(
  { extra, share }: Extract<Alternative, { kind: 'AtLeast' }>,
  { objective = 0 }: ApplicationResult,
): string {
  if (extra <= 1e-9) return 'as good, or better by what the bound leaves open';
  const more = share === undefined ? '' : ` (${signedPercent(share)})`;
  return `at least ${figure(objective + extra)}${more} if forced`;
}

function funnelLines(funnel: Funnel | undefined): string[] {
  if (!funnel || funnel.steps.length === 0) return [];
  const steps = funnel.steps.map(({ rule, alone, inOrder }) =>
    alone === inOrder ? `${rule} ${alone}` : `${rule} ${inOrder} (${alone} alone)`,
  );
  return [`  rules remove of ${funnel.total} locations: ${steps.join(', ')}; ${funnel.left} left`];
}

/** `1 cpu more on c7 saves 0.8 gCO2e per hour`. */
function adviceText({ location, resource, amount, gain, saved }: CapacityAdvice): string {
  const terms = TERMS.flatMap((term) => {
    const value = saved[term];
    if (value === undefined || Math.abs(value) < 1e-9 || term === 'balance') return [];
    return [
      `${value > 0 ? 'saves' : 'costs'} ${figure(Math.abs(value))} ${TERM_UNITS[term].replace('/h', ' per hour')}`,
    ];
  });
  return `  ${amountText(resource, amount)} more on ${location} ${terms.join(', ') || `lowers the objective by ${figure(gain)}`}`;
}
