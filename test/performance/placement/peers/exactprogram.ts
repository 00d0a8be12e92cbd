import type { PeerModel } from './model.ts';
import { costOf, exceeds } from './partial.ts';

/**
 * The placement as a mixed-integer program with pair variables, in CPLEX LP text:
 *   x[i,k]    service i has a part on k
 *   y[e,k,l]  the caller of channel e on k uses the callee on l
 * A caller uses the nearest callee: where the callee has several parts, a farther one is out as soon as a
 * nearer one is there. Forbidden labels and pairs have no variable.
 */
export function exactProgram(model: PeerModel): { text: string; variables: number } {
  const m = model.locations;
  const objective: string[] = [];
  const rows: string[] = [];
  const binaries: string[] = [];
  const continuous: string[] = [];
  const x = (service: number, k: number) => `x${service}_${k}`;
  const labels = model.parts.map((_, service) =>
    Array.from({ length: m }, (__, k) => k).filter((k) => {
      const demand = model.demand[service]!;
      return (
        model.eligible[service]![k] === 1 && demand.every((amount, r) => amount <= model.free[k]![r]! + 1e-9)
      );
    }),
  );
  const isLabel = labels.map((of) => new Set(of));

  labels.forEach((of, service) => {
    // A service without any location: a row that nothing can satisfy.
    if (of.length === 0) rows.push('impossible >= 1', 'impossible <= 0');
    else rows.push(`${of.map((k) => x(service, k)).join(' + ')} = ${model.parts[service]}`);
    for (const k of of) {
      binaries.push(x(service, k));
      objective.push(term(model.unary[service]![k]!, x(service, k)));
    }
    if (model.parts[service]! < 2) return;
    for (const zone of new Set(of.map((k) => model.zone[k]!))) {
      const inside = of.filter((k) => model.zone[k] === zone);
      if (inside.length > 1) rows.push(`${inside.map((k) => x(service, k)).join(' + ')} <= 1`);
    }
  });
  for (let k = 0; k < m; k += 1) {
    model.resources.forEach((_, r) => {
      const users = labels.flatMap((__, service) =>
        isLabel[service]!.has(k) && model.demand[service]![r]! > 0 ? [service] : [],
      );
      if (users.reduce((sum, service) => sum + model.demand[service]![r]!, 0) <= model.free[k]![r]!) return;
      rows.push(
        `${users.map((service) => term(model.demand[service]![r]!, x(service, k))).join(' ')} <= ${model.free[k]![r]! + 1e-9}`,
      );
    });
  }

  const loads = new Map<number, string[]>();
  model.channels.forEach((channel, e) => {
    const { from, to } = channel;
    const y = (k: number, l: number) => `y${e}_${k}_${l}`;
    const weight = 1 / model.parts[from]!;
    const byCallee = new Map<number, string[]>();
    for (const k of labels[from]!) {
      const near = labels[to]!.filter((l) => !exceeds(model, channel, k, l)).sort(
        (a, b) => model.delay[k * m + a]! - model.delay[k * m + b]! || a - b,
      );
      for (const l of near) {
        continuous.push(y(k, l));
        objective.push(term(weight * costOf(model, channel, k, l), y(k, l)));
        byCallee.set(l, [...(byCallee.get(l) ?? []), y(k, l)]);
        if (channel.mbps > 0 && k !== l) {
          for (const link of model.network.links(
            model.problem.locations[k]!.id,
            model.problem.locations[l]!.id,
          ))
            loads.set(link, [...(loads.get(link) ?? []), term(channel.mbps * weight, y(k, l))]);
        }
        if (model.parts[to]! > 1 || model.parts[from]! > 1) rows.push(`${y(k, l)} - ${x(to, l)} <= 0`);
      }
      rows.push(
        near.length === 0
          ? `${x(from, k)} = 0`
          : `${near.map((l) => y(k, l)).join(' + ')} - ${x(from, k)} = 0`,
      );
      if (model.parts[to]! > 1) {
        near.slice(0, -1).forEach((l, rank) => {
          rows.push(
            `${near
              .slice(rank + 1)
              .map((far) => y(k, far))
              .join(' + ')} + ${x(to, l)} <= 1`,
          );
        });
      }
    }
    if (model.parts[to] === 1) {
      for (const l of labels[to]!) {
        const users = byCallee.get(l);
        rows.push(users ? `${users.join(' + ')} - ${model.parts[from]} ${x(to, l)} = 0` : `${x(to, l)} = 0`);
      }
    }
  });
  for (const [link, terms] of loads) {
    const capacity = model.network.capacity(link);
    if (Number.isFinite(capacity)) rows.push(`${terms.join(' ')} <= ${capacity}`);
  }
  const text = [
    'Minimize',
    ` obj: ${wrapped(objective.length === 0 ? ['0 zero'] : objective)}`,
    'Subject To',
    ...rows.map((row, at) => ` r${at}: ${wrapped(row.split(' '))}`),
    'Bounds',
    // Between 0 and 1 by their rows; whole as soon as the x are.
    ...continuous.map((name) => ` 0 <= ${name} <= 1`),
    'Binary',
    wrapped(binaries),
    'End',
  ].join('\n');
  return { text, variables: binaries.length + continuous.length };
}

function term(factor: number, name: string): string {
  return `+ ${factor} ${name}`;
}

/** Lines stay short: readers of the format limit them. */
function wrapped(words: readonly string[]): string {
  const lines: string[] = [];
  for (let at = 0; at < words.length; at += 20) lines.push(words.slice(at, at + 20).join(' '));
  return lines.join('\n  ');
}
