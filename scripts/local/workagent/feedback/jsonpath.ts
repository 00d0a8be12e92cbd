/** A feedback path cannot be read. The message says where. */
export class JsonPathError extends Error {
  override readonly name = 'JsonPathError';
}

export interface JsonPath {
  /**
   * The first match, or undefined when nothing matches.
   * @throws JsonPathError when a filter compares values of different types
   */
  first(root: unknown): unknown;
  /** Every match. */
  all(root: unknown): unknown[];
}

type Step = (nodes: unknown[]) => unknown[];
type Operand = { steps: Step[] } | { literal: string | number | boolean };

/**
 * JSONPath in the dialect of client-go, which OCM's agent uses: `.status.readyReplicas`,
 * `.metadata.labels.app\.kubernetes\.io/name`, `.items[0]`, `[-1:]`, `[*]`, `..name`, `['key']`,
 * `.status.conditions[?(@.type=="Available")].status`. The agent adds the braces itself: a path that brings
 * its own is refused, as OCM does.
 *
 * Written here because the JSONPath libraries for JavaScript speak another dialect (no escaped dots, no
 * leading dot, filters are JavaScript expressions): works would pass here and fail on a real cluster. This
 * one reads data and runs nothing.
 *
 * @throws JsonPathError
 */
export function parseJsonPath(text: string): JsonPath {
  const parser = new Parser(text);
  const steps = parser.path();
  parser.end();
  return { first: (root) => run(steps, [root])[0], all: (root) => run(steps, [root]) };
}

function run(steps: readonly Step[], nodes: unknown[]): unknown[] {
  return steps.reduce((current, step) => step(current), nodes);
}

class Parser {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** `$`, then steps until something that is none. */
  path(): Step[] {
    const steps: Step[] = [];
    if (this.#peek() === '$' || this.#peek() === '@') this.#at += 1;
    for (;;) {
      if (this.#accept('..')) {
        steps.push((nodes) => nodes.flatMap(descendants));
        if (this.#peek() !== '[') steps.push(this.#field());
      } else if (this.#accept('.')) {
        // `.[0]` and a lone `.` are allowed.
        if (this.#peek() !== '[' && this.#peek() !== '') steps.push(this.#field());
      } else if (this.#accept('[')) {
        steps.push(this.#bracket());
      } else {
        return steps;
      }
    }
  }

  end(): void {
    if (this.#at < this.#text.length) this.#fail(`unexpected ${JSON.stringify(this.#peek())}`);
  }

  #field(): Step {
    if (this.#accept('*')) return (nodes) => nodes.flatMap(children);
    let name = '';
    for (let char = this.#peek(); char !== '' && !/[\s.[\]{}()'"=<>!,|&]/.test(char); char = this.#peek()) {
      this.#at += 1;
      if (char !== '\\') {
        name += char;
        continue;
      }
      name += this.#peek();
      this.#at += 1;
    }
    if (name === '') this.#fail('a field name is missing');
    return (nodes) => nodes.flatMap((node) => member(node, name));
  }

  #bracket(): Step {
    if (this.#accept('?(')) {
      const keep = this.#filter();
      this.#expect(')]');
      return (nodes) => nodes.flatMap(children).filter(keep);
    }
    if (this.#accept('*]')) return (nodes) => nodes.flatMap(children);
    const choices: Step[] = [];
    do choices.push(this.#choice());
    while (this.#accept(','));
    this.#expect(']');
    return (nodes) => choices.flatMap((choice) => choice(nodes));
  }

  /** A quoted name, an index, or a slice `start:end:step`. */
  #choice(): Step {
    if (this.#peek() === "'" || this.#peek() === '"') {
      const name = this.#quoted();
      return (nodes) => nodes.flatMap((node) => member(node, name));
    }
    const match = /^(-?\d+)?(:(-?\d+)?)?(:(\d+)?)?/.exec(this.#text.slice(this.#at));
    const [whole = '', start, colon, end, , step] = match ?? [];
    if (whole === '') this.#fail('an index, a name in quotes, * or ?( is needed');
    this.#at += whole.length;
    if (colon === undefined) {
      const index = Number(start);
      return (nodes) => nodes.flatMap((node) => (Array.isArray(node) ? at(node, index) : []));
    }
    const stride = step === undefined ? 1 : Number(step);
    if (stride < 1) this.#fail('the step of a slice must be at least 1');
    return (nodes) =>
      nodes.flatMap((node) =>
        Array.isArray(node)
          ? node
              .slice(start ? Number(start) : 0, end ? Number(end) : undefined)
              .filter((_, i) => i % stride === 0)
          : [],
      );
  }

  #filter(): (node: unknown) => boolean {
    const left = this.#operand();
    this.#space();
    const operator = ['==', '!=', '<=', '>=', '<', '>'].find((each) => this.#accept(each));
    if (operator === undefined) return (node) => valuesOf(left, node).length > 0;
    const right = this.#operand();
    this.#space();
    return (node) => {
      const [a] = valuesOf(left, node);
      const [b] = valuesOf(right, node);
      if (a === undefined || b === undefined) return false;
      return compare(a, operator, b);
    };
  }

  #operand(): Operand {
    this.#space();
    const char = this.#peek();
    if (char === '@' || char === '$') {
      if (char === '$') this.#fail('a filter can only look at @, the element');
      return { steps: this.path() };
    }
    if (char === "'" || char === '"') return { literal: this.#quoted() };
    const [word = ''] = /^[\w.+-]+/.exec(this.#text.slice(this.#at)) ?? [];
    this.#at += word.length;
    if (word === 'true' || word === 'false') return { literal: word === 'true' };
    if (word === '' || !Number.isFinite(Number(word))) this.#fail('a value or @ is needed in the filter');
    return { literal: Number(word) };
  }

  #quoted(): string {
    const quote = this.#peek();
    const close = this.#text.indexOf(quote, this.#at + 1);
    if (close < 0) this.#fail('a quote is not closed');
    const value = this.#text.slice(this.#at + 1, close);
    this.#at = close + 1;
    return value;
  }

  #space(): void {
    while (this.#peek() === ' ') this.#at += 1;
  }

  #peek(): string {
    return this.#text[this.#at] ?? '';
  }

  #accept(token: string): boolean {
    if (!this.#text.startsWith(token, this.#at)) return false;
    this.#at += token.length;
    return true;
  }

  #expect(token: string): void {
    if (!this.#accept(token)) this.#fail(`${token} is needed`);
  }

  #fail(what: string): never {
    throw new JsonPathError(
      `failed to parse json path ${JSON.stringify(this.#text)}, character ${this.#at + 1}: ${what}`,
    );
  }
}

function valuesOf(operand: Operand, node: unknown): unknown[] {
  return 'literal' in operand ? [operand.literal] : run(operand.steps, [node]);
}

function compare(a: unknown, operator: string, b: unknown): boolean {
  if (typeof a !== typeof b || !['string', 'number', 'boolean'].includes(typeof a)) {
    throw new JsonPathError('incompatible types for comparison');
  }
  const [left, right] = [a as string | number, b as string | number];
  switch (operator) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<=':
      return left <= right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    default:
      return left > right;
  }
}

/** Own members only: a path such as `.constructor` must find nothing. */
function member(node: unknown, name: string): unknown[] {
  return typeof node === 'object' && node !== null && !Array.isArray(node) && Object.hasOwn(node, name)
    ? [(node as Record<string, unknown>)[name]]
    : [];
}

function at(list: unknown[], index: number): unknown[] {
  const value = list.at(index);
  return value === undefined ? [] : [value];
}

function children(node: unknown): unknown[] {
  return typeof node === 'object' && node !== null ? Object.values(node) : [];
}

function descendants(node: unknown): unknown[] {
  return [node, ...children(node).flatMap(descendants)];
}
