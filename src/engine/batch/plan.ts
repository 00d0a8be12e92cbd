import { type FlatModel, KIND, type Sends } from './flatmodel.ts';

/** What the sweeps over a batch do in which order, as far as it does not depend on costs. */
export type Plan = Pick<
  FlatModel,
  | 'messageOf'
  | 'termStart'
  | 'ownTerms'
  | 'laterTerms'
  | 'paired'
  | 'messageStart'
  | 'terms'
  | 'mostMessages'
  | 'along'
  | 'against'
>;

/** O(slots) */
export function planOf(model: Omit<FlatModel, keyof Plan>): Plan {
  const { apps, variableStart, factorStart, slotStart, slotFactor, kind, ownStart, own } = model;
  const variables = variableStart[apps.length]!;
  const messageOf = new Int32Array(slotFactor.length);
  const messageStart = new Int32Array(apps.length + 1);
  let mostMessages = 0;
  for (let a = 0; a < apps.length; a += 1) {
    let next = 0;
    for (let f = factorStart[a]!; f < factorStart[a + 1]!; f += 1) {
      for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1) {
        messageOf[s] = next;
        if (kind[f] !== KIND.Pair) next += 1;
      }
      if (kind[f] === KIND.Pair) next += 1;
    }
    messageStart[a + 1] = messageStart[a]! + next;
    mostMessages = Math.max(mostMessages, next);
  }
  const along = sendsOf(model, true);
  const against = sendsOf(model, false);
  const termStart = new Int32Array(variables + 1);
  const ownTerms = new Int32Array(variables);
  const laterTerms = new Int32Array(variables);
  const paired = new Uint8Array(variables);
  for (let v = 0; v < variables; v += 1) {
    ownTerms[v] = ownTermsOf(model, v);
    laterTerms[v] = ownTerms[v]! + along.start[v + 1]! - along.start[v]!;
    termStart[v + 1] = termStart[v]! + ownTerms[v]! + ownStart[v + 1]! - ownStart[v]!;
    let pairs = true;
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1)
      if (kind[slotFactor[own[e]!]!] !== KIND.Pair) pairs = false;
    paired[v] = pairs ? 1 : 0;
  }
  return {
    messageOf,
    messageStart,
    termStart,
    ownTerms,
    laterTerms,
    paired,
    terms: termStart[variables]!,
    mostMessages,
    along,
    against,
  };
}

/** A row for each resource that is demanded, one for availability, and those of delay. */
function ownTermsOf(
  { variableService, demand, resources, waitStart }: Omit<FlatModel, keyof Plan>,
  v: number,
) {
  let demanded = 0;
  for (let r = 0; r < resources; r += 1) if (demand[v * resources + r] !== 0) demanded += 1;
  const s = variableService[v]!;
  return demanded + 1 + waitStart[s + 1]! - waitStart[s]!;
}

/** For each variable the slots of factors with another that comes after it, and the nearest of those. */
function sendsOf(model: Omit<FlatModel, keyof Plan>, forward: boolean): Sends {
  const { rank, ownStart, own, slotFactor, slotStart, slotVariable } = model;
  const start = new Int32Array(ownStart.length);
  const slots: number[] = [];
  const to: number[] = [];
  for (let v = 0; v + 1 < ownStart.length; v += 1) {
    for (let e = ownStart[v]!; e < ownStart[v + 1]!; e += 1) {
      const f = slotFactor[own[e]!]!;
      let [next, nearest] = [-1, Number.POSITIVE_INFINITY];
      for (let s = slotStart[f]!; s < slotStart[f + 1]!; s += 1) {
        const away = (rank[slotVariable[s]!]! - rank[v]!) * (forward ? 1 : -1);
        if (away <= 0 || away >= nearest) continue;
        [next, nearest] = [s, away];
      }
      if (next < 0) continue;
      slots.push(own[e]!);
      to.push(next);
    }
    start[v + 1] = slots.length;
  }
  return { start, slot: Int32Array.from(slots), to: Int32Array.from(to) };
}
