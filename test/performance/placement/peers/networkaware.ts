import type { PeerModel } from './model.ts';
import { exceeds, Partial } from './partial.ts';
import { choose } from './scoreandfilter.ts';

/**
 * Network-aware greedy after Diktyo's rules (scheduler-plugins, NetworkOverhead): in topological order; a
 * location that breaks more dependencies on what is placed than it keeps is filtered out; the least summed
 * delay to placed dependencies wins.
 */
export function networkAware(model: PeerModel): number[][] {
  const state = new Partial(model);
  model.parts.forEach((parts, service) => {
    for (let part = 0; part < parts; part += 1) {
      const ends = model.incident[service]!.flatMap((index) => {
        const channel = model.channels[index]!;
        const other = channel.from === service ? channel.to : channel.from;
        return state.at[other]!.map((at) => ({ channel, at, isCaller: channel.from === service }));
      });
      const filter = (k: number) => {
        let broken = 0;
        for (const { channel, at, isCaller } of ends)
          if (isCaller ? exceeds(model, channel, k, at) : exceeds(model, channel, at, k)) broken += 1;
        return broken <= ends.length - broken;
      };
      const delay = (k: number) =>
        ends.reduce(
          (sum, { at, isCaller }) =>
            sum + model.delay[isCaller ? k * model.locations + at : at * model.locations + k]!,
          0,
        );
      state.add(service, choose(state, service, delay, filter));
    }
  });
  return state.at;
}
