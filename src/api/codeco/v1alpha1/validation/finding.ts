/** Something wrong with a model, at a path as kubectl writes it. */
export interface Finding {
  path: string;
  value: string;
  message: string;
  /** The valid value that was most likely meant. */
  nearest?: string;
  severity: 'Error' | 'Warning';
}

/** One line for people: path, value, what is wrong, and the nearest valid value. */
export function findingText({ path, value, message, nearest: near }: Finding): string {
  return `${path}: ${value === '' ? '' : `${value}: `}${message}${near === undefined ? '' : `; did you mean ${near}?`}`;
}

/** What was found so far, in the order of the model. */
export class Findings {
  readonly list: Finding[] = [];

  error(path: string, value: unknown, message: string, near?: string): void {
    const found: Finding = { path, value: String(value), message, severity: 'Error' };
    this.list.push(near === undefined ? found : { ...found, nearest: near });
  }

  warning(path: string, value: string, message: string): void {
    this.list.push({ path, value, message, severity: 'Warning' });
  }
}
