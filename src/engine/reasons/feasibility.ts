import { Budget } from '../budget.ts';
import { satisfy } from '../feasible/search.ts';
import type { SolveOptions } from '../port.ts';
import { maskedNetwork } from './masked.ts';
import { objectionTo } from './objection.ts';
import type { Mask, RuleSystem } from './rulesystem.ts';

/** Whether the requirements that stand can be met together. */
export type Answer =
  /** By the placement of units `at`. */
  | { kind: 'Feasible'; at: Int32Array }
  /** `rules`: the requirements that the proof rests on; those alone cannot be met either. */
  | { kind: 'Infeasible'; rules: Uint8Array }
  | { kind: 'Unknown' };

/** A placement, and which requirements it was last found to break, at which figures. */
interface Witness {
  readonly at: Int32Array;
  broken: readonly number[];
  figures: readonly number[];
}

/**
 * Asks a rule system many questions within one budget. A placement that was found before and keeps what
 * stands now saves the search.
 */
export class Feasibility {
  readonly system: RuleSystem;
  readonly #budget: Budget;
  readonly #total: number;
  readonly #witnesses: Witness[] = [];

  constructor(system: RuleSystem, options: SolveOptions) {
    this.system = system;
    this.#budget = new Budget(options);
    this.#total = options.work;
  }

  /** Work spent so far. */
  get work(): number {
    return this.#budget.spent;
  }

  /** Nothing is left of the budget. */
  get exhausted(): boolean {
    return this.#budget.exhausted();
  }

  /** @param share of the whole budget that this question may take */
  ask(mask: Mask, share: number): Answer {
    const known = this.#witnesses.find((witness) => this.#keeps(witness, mask));
    if (known) return { kind: 'Feasible', at: known.at };
    const answer = this.#search(mask, share, !this.system.whole);
    if (answer.kind === 'Infeasible' || this.system.whole) return this.#kept(answer);
    // One replica of each part can be placed, or it is not known: all of them say whether it is a placement.
    const found = this.#search(mask, share, false);
    return found.kind === 'Feasible' ? this.#kept(found) : { kind: 'Unknown' };
  }

  /** Asks with one requirement less, or with another figure. */
  askWithout(requirements: readonly number[], share: number): Answer {
    const mask = this.system.all();
    for (const requirement of requirements) mask.active[requirement] = 0;
    return this.ask(mask, share);
  }

  askAt(requirement: number, figure: number, share: number): Answer {
    return this.ask(this.maskAt(requirement, figure), share);
  }

  maskAt(requirement: number, figure: number): Mask {
    const mask = this.system.all();
    mask.figures[requirement] = figure;
    return mask;
  }

  #search(mask: Mask, share: number, loose: boolean): Answer {
    const part = this.#budget.part(this.#total * share);
    const { units, federation } = this.system;
    const setUp = units * federation.ids.length;
    if (part.exhausted()) return { kind: 'Unknown' };
    const answer = satisfy(maskedNetwork(this.system, mask, loose), (work) => {
      part.spend(work);
      return !part.exhausted();
    });
    this.#budget.spend(part.spent + setUp);
    return answer;
  }

  #kept(answer: Answer): Answer {
    if (answer.kind === 'Feasible') this.#witnesses.push({ at: answer.at, broken: [], figures: [] });
    return answer;
  }

  /** What it broke last it breaks again, as long as those requirements stand at the same figures. */
  #keeps(witness: Witness, mask: Mask): boolean {
    const { active, figures } = mask;
    const { broken, figures: then } = witness;
    const stands = (rule: number, at: number) => active[rule] === 1 && Object.is(figures[rule], then[at]);
    if (broken.length > 0 && broken.every(stands)) return false;
    const objection = objectionTo(this.system, witness.at, mask);
    if (!objection) return true;
    witness.broken = [...objection.rules];
    witness.figures = witness.broken.map((rule) => figures[rule]!);
    return false;
  }
}
