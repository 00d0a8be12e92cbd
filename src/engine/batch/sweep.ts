import type { FlatModel, Sends } from './flatmodel.ts';
import { FORBIDDEN, type Ground } from './ground.ts';
import { Messages } from './message.ts';
import { Unary } from './unary.ts';

export interface PassOptions {
  /** Adds what the relaxation asks for to the rows of use: places that cost up to so much more than the least have a share. */
  readonly width?: number | undefined;
  /** Forbids more places in the row of a variable. */
  readonly forbid?: (v: number, row: number) => void;
}

/**
 * Sequential tree-reweighted message passing (Kolmogorov 2006) of one application after the other, under
 * prices of room that all of them share. Each variable gives an equal part of its costs to the factors that
 * lead on, and they say on what that means for their other ends. Passes of one application go to and fro: both ends of a
 * pair use one message in turn.
 */
export class Sweep {
  readonly unary: Unary;
  readonly messages: Messages;
  readonly #model: FlatModel;
  readonly #ground: Ground;

  constructor(model: FlatModel, ground: Ground) {
    this.#model = model;
    this.#ground = ground;
    this.unary = new Unary(model, ground);
    this.messages = new Messages(model, ground);
  }

  /** Before the passes of an application, or under other prices. */
  enter(a: number, priced: boolean): void {
    this.unary.enter(a, priced);
    this.messages.enter(a);
  }

  /** From nothing told. */
  begin(a: number, priced: boolean): void {
    this.enter(a, priced);
    this.messages.clear(a);
  }

  /**
   * One direction; returns what the application costs at least, before what its room costs, for any messages
   * before. O(factors x (positions + groups squared)).
   */
  pass(a: number, forward: boolean, { width, forbid }: PassOptions = {}): number {
    const { variableStart, order, along, against, resources } = this.#model;
    const { kernels, layout, wide, use, demand } = this.#ground;
    const { positions } = layout;
    const [ahead, behind] = forward ? [along, against] : [against, along];
    const [first, end] = [variableStart[a]!, variableStart[a + 1]!];
    const theta = wide[0]!;
    let bound = 0;
    for (let turn = 0; turn < end - first; turn += 1) {
      const v = order[forward ? first + turn : end - 1 - turn]!;
      let low = this.unary.withMessages(v, theta);
      if (forbid) {
        forbid(v, theta);
        low = kernels.least(theta, positions);
      }
      if (width !== undefined)
        kernels.softDemand(theta, positions, low, width, use, demand + v * resources, resources);
      const leading = countOf(ahead, v);
      const part = 1 / Math.max(1, leading, countOf(behind, v));
      bound += (1 - leading * part) * Math.min(low, FORBIDDEN);
      for (let at = ahead.start[v]!; at < ahead.start[v + 1]!; at += 1)
        this.messages.send(ahead.slot[at]!, ahead.to[at]!, theta, part);
    }
    return bound;
  }
}

function countOf({ start }: Sends, v: number): number {
  return start[v + 1]! - start[v]!;
}
