import { Random } from '../generator/random.ts';
import type { PeerModel } from './model.ts';
import { Partial } from './partial.ts';
import { choose } from './scoreandfilter.ts';

/** What a broken limit weighs while a placement is made: more than any placement costs. */
const BROKEN = 100;

/** What adding one part to a location changes: its own objective, and that of channels to what is placed. */
export function added(state: Partial, service: number, before: number, location: number): number {
  state.at[service]!.push(location);
  const { cost, broken } = state.channels(service);
  state.at[service]!.pop();
  return state.model.unary[service]![location]! + cost + BROKEN * broken - before;
}

export function weighed({ cost, broken }: { cost: number; broken: number }): number {
  return cost + BROKEN * broken;
}

/** Each service on the location that adds least to the full objective, in the given order. */
export function greedy(model: PeerModel, order: readonly number[]): number[][] {
  const state = new Partial(model);
  for (const service of order) {
    for (let part = 0; part < model.parts[service]!; part += 1) {
      const before = weighed(state.channels(service));
      state.add(
        service,
        choose(state, service, (k) => added(state, service, before, k)),
      );
    }
  }
  return state.at;
}

/** Orders that peers are given: as listed (callers first), by demand, by channels, and three drawn ones. */
export function ordersOf(model: PeerModel): { name: string; order: number[] }[] {
  const listed = model.parts.map((_, service) => service);
  const random = new Random(1);
  const cpu = model.resources.indexOf('cpu');
  return [
    { name: 'listed', order: listed },
    { name: 'by demand', order: [...listed].sort((a, b) => model.demand[b]![cpu]! - model.demand[a]![cpu]!) },
    {
      name: 'by channels',
      order: [...listed].sort((a, b) => model.incident[b]!.length - model.incident[a]!.length),
    },
    ...[1, 2, 3].map((draw) => ({ name: `drawn ${draw}`, order: random.shuffled(listed) })),
  ];
}
