import { tableText } from './format.ts';

/** One row of the table of goals: what was measured, and whether it meets the goal. */
export interface GoalRow {
  readonly goal: number;
  readonly measure: string;
  readonly target: string;
  readonly measured: string;
  /** `not measured` says why in `measured`. */
  readonly verdict: string;
}

/** Tables as they come, to the terminal at once and to a file at the end. */
export class Report {
  readonly #tables: {
    title: string;
    notes: readonly string[];
    header: readonly string[];
    rows: readonly (readonly string[])[];
  }[] = [];
  readonly #goals: GoalRow[] = [];
  readonly #accused: string[] = [];
  #said = 0;

  table(
    title: string,
    header: readonly string[],
    rows: readonly (readonly string[])[],
    notes: readonly string[] = [],
  ): void {
    this.#tables.push({ title, notes, header, rows });
    if (process.stderr.isTTY) process.stderr.write('\r\u001b[K');
    console.log(`\n### ${title}\n\n${tableText(header, rows)}`);
    for (const note of notes) console.log(`\n${note}`);
  }

  /** A figure against its goal; smaller is better unless `atLeast`. */
  goal(
    goal: number,
    measure: string,
    measured: number,
    limit: number,
    show: (value: number) => string,
    atLeast = false,
  ): void {
    const met = atLeast ? measured >= limit : measured <= limit;
    const missed = atLeast ? limit - measured : measured / limit;
    this.#goals.push({
      goal,
      measure,
      target: `${atLeast ? 'at least' : 'at most'} ${show(limit)}`,
      measured: show(measured),
      verdict: Number.isNaN(measured)
        ? 'no figure'
        : measured === Number.POSITIVE_INFINITY && !atLeast
          ? 'missed: not on every instance'
          : met
            ? 'met'
            : atLeast || limit === 0
              ? `missed by ${show(Math.abs(limit - measured))}`
              : `missed, ${missed.toFixed(1)} times the goal`,
    });
  }

  notMeasured(goal: number, measure: string, why: string): void {
    this.#goals.push({ goal, measure, target: '', measured: why, verdict: 'not measured' });
  }

  /** A rule that the referee found broken in a placement of the engine. */
  accuse(finding: string): void {
    this.#accused.push(finding);
  }

  printGoals(): void {
    if (this.#accused.length > 0) {
      console.log(`\n### Rules that the engine broke: ${this.#accused.length}\n`);
      for (const finding of this.#accused.slice(0, 20)) console.log(`- ${finding}`);
    }
    const rows = [...this.#goals]
      .sort((a, b) => a.goal - b.goal)
      .map(({ goal, measure, target, measured, verdict }) => [`${goal}`, measure, target, measured, verdict]);
    this.table('Goals', ['goal', 'measure', 'target', 'measured', 'verdict'], rows);
  }

  /** On one line that the next one overwrites; at most four a second. */
  progress(text: string): void {
    const now = performance.now();
    if (now - this.#said < 250) return;
    this.#said = now;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  }

  toJSON(): unknown {
    return { tables: this.#tables, goals: this.#goals, accused: this.#accused };
  }
}
