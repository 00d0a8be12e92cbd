import type { Problem } from '../engine/problem.ts';
import { isPlaced } from '../engine/reasons/alone.ts';
import { conflictSentence } from '../engine/reasons/sentence.ts';
import { figure } from '../engine/reasons/words.ts';
import type { ApplicationResult, Result, ServicePlacement } from '../engine/result.ts';
import { TERM_UNITS, TERMS } from '../engine/vocabulary.ts';
import { type Cell, type Paint, table } from './table.ts';

/** Each application of a result as tables; `wide` adds channels, shares of the objective, and what was ruled out. */
export function resultText(
  result: Result,
  problem: Problem | undefined,
  notes: ReadonlyMap<string, readonly string[]>,
  paint: Paint,
  wide: boolean,
): string {
  const blocks = result.applications.map((answer) => {
    const lines = isPlaced(answer) ? placedLines(answer, paint, wide) : unplacedLines(answer, paint);
    const app = problem?.applications.find(({ id }) => id === answer.application);
    const assumed = wide && app ? assumptions(app.channels.filter((each) => each.assumed).length) : [];
    const more = [...(notes.get(answer.application) ?? []), ...assumed];
    return [...lines, ...more.map((note) => paint(`  note: ${note}`, 'faint'))].join('\n');
  });
  return blocks.join('\n\n');
}

function assumptions(channels: number): string[] {
  if (channels === 0) return [];
  return [`the traffic of ${channels} ${channels === 1 ? 'channel is' : 'channels is'} assumed, not given`];
}

/** `proved optimal`, or how far from it at most. */
export function quality({ verdict, gap }: ApplicationResult): string {
  switch (verdict) {
    case 'Optimal':
      return 'proved optimal';
    case 'Feasible':
      return gap === undefined
        ? 'placed, no bound known'
        : `placed, at most ${percent(gap)} above the optimum`;
    case 'Infeasible':
      return 'infeasible, proved';
    case 'Deferred':
      return 'waits for capacity that others hold';
    case 'NoneFound':
      return 'no placement found within the budget, and not proved that there is none';
  }
}

function placedLines(answer: ApplicationResult, paint: Paint, wide: boolean): string[] {
  const { application, services, channels, objective, lowerBound } = answer;
  const head = `${paint(application, 'head')}: ${paint(quality(answer), answer.verdict === 'Optimal' ? 'good' : 'head')}`;
  const placed = table(
    ['SERVICE', 'LOCATION', 'NEXT BEST', ...(wide ? ['RULED OUT'] : [])],
    services.map((service) => [
      service.service,
      sharesText(service),
      nextText(service, objective),
      ...(wide ? [ruledOutText(service)] : []),
    ]),
    paint,
    { indent: 2 },
  );
  const terms = table(
    ['TERM', 'VALUE', 'UNIT', ...(wide ? ['OF AVERAGE'] : [])],
    TERMS.flatMap((term): (string | Cell)[][] => {
      const value = answer.terms[term];
      if (value === undefined) return [];
      const normalised = answer.normalised[term];
      const row = [term, figure(value), TERM_UNITS[term]];
      return [wide ? [...row, normalised === undefined ? 'not weighed' : figure(normalised)] : row];
    }),
    paint,
    { indent: 2, right: [1, ...(wide ? [3] : [])] },
  );
  const edges = wide
    ? table(
        ['CHANNEL', 'FROM', 'TO', 'DELAY ms', 'LIMIT ms', 'Mbit/s'],
        channels.map(({ channel, from, to, delayMs, maxDelayMs, bandwidthMbps, assumed }) => [
          `${channel}${assumed ? ' (assumed)' : ''}`,
          from,
          to,
          delayMs === undefined ? 'unknown' : figure(delayMs),
          maxDelayMs === undefined ? '-' : figure(maxDelayMs),
          bandwidthMbps === undefined ? '-' : figure(bandwidthMbps),
        ]),
        paint,
        { indent: 2, right: [3, 4, 5] },
      )
    : [];
  const sum =
    objective === undefined
      ? []
      : [
          `  objective ${figure(objective)} (1 is the average placement)${lowerBound === undefined ? '' : `, lower bound ${figure(lowerBound)} by ${answer.proof.toLowerCase()}`}`,
        ];
  const dropped =
    answer.dropped.length === 0 ? [] : [`  not weighed, nobody gives figures: ${answer.dropped.join(', ')}`];
  return [
    head,
    ...placed,
    '',
    ...terms,
    ...(edges.length > 0 ? ['', ...edges] : []),
    ...sum,
    ...(wide ? dropped : []),
  ];
}

/** Why an application has no place, in the words of its author, and what would help. */
export function unplacedLines(answer: ApplicationResult, paint: Paint): string[] {
  const { application, conflict, relaxations } = answer;
  const head = `${paint(application, 'head')}: ${paint(quality(answer), 'bad')}`;
  if (conflict.length === 0) return [head];
  const why =
    answer.verdict === 'Infeasible'
      ? conflictSentence(conflict)
      : conflict.map(({ message }) => message).join('; ');
  const helps = relaxations.map(
    ({ message, verified }) =>
      `  ${paint('would do:', 'good')} ${message}${verified ? '' : ' (not verified)'}`,
  );
  return [head, `  ${why}`, ...helps];
}

/** `edge-a`, `edge-a 2, cloud-1 1`. */
export function sharesText({ shares }: Pick<ServicePlacement, 'shares'>): string {
  if (shares.length === 1 && shares[0]!.replicas === 1) return shares[0]!.location;
  return shares.map(({ location, replicas }) => `${location} x${replicas}`).join(', ');
}

function nextText({ runnerUp }: ServicePlacement, objective: number | undefined): string {
  if (!runnerUp) return '-';
  if (objective === undefined || objective <= 0) return runnerUp.location;
  return `${runnerUp.location} (${signedPercent(runnerUp.objective / objective - 1)})`;
}

function ruledOutText({ removed = {} }: ServicePlacement): string {
  const counts = Object.entries(removed).map(([rule, count]) => `${rule} ${count}`);
  return counts.join(', ') || '-';
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

export function signedPercent(share: number): string {
  return `${share < 0 ? '' : '+'}${percent(share)}`;
}
