import type { Reason, Relaxation } from '../result.ts';
import { listed } from './words.ts';

/**
 * A conflict as one sentence for the author of the application: what is asked for, and that it cannot be had
 * together; then the cheapest change that helps. Where all of it is asked by one service, no cluster has all.
 */
export function conflictSentence(
  conflict: readonly Reason[],
  relaxations: readonly Relaxation[] = [],
): string {
  if (conflict.length === 0) return 'no placement exists';
  const nearest = relaxations[0] ? `. Nearest: ${relaxations[0].message}` : '';
  return `${together(conflict)}${nearest}`;
}

function together(conflict: readonly Reason[]): string {
  const named = new Set(conflict.flatMap(({ service }) => (service === undefined ? [] : [service])));
  const [subject] = named;
  const messages = conflict.map(({ message }) => message);
  const one = named.size === 1 && subject !== undefined;
  if (!one) {
    return messages.length === 1
      ? `${messages[0]}: no placement can do that`
      : `${listed(messages)}: no placement can do ${count(messages.length)}`;
  }
  // What the service asks for comes first, its name is said once.
  const own = conflict.filter(({ service }) => service === subject).map(({ message }) => message);
  const others = conflict.filter(({ service }) => service === undefined).map(({ message }) => message);
  const [first = '', ...more] = own;
  const rest = [...more.map((message) => withoutName(message, subject)), ...others];
  return `${listed([first, ...rest])}: no cluster has ${count(conflict.length)}`;
}

function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}

const NUMBERS = ['', 'that', 'both', 'all three', 'all four', 'all five', 'all six'];

function count(number: number): string {
  return NUMBERS[number] ?? `all ${number}`;
}
