import { Problem } from './problem.ts';
import { checkReferences, ProblemError } from './problemerror.ts';

/**
 * A problem from anything that was read from a file, with defaults filled in.
 *
 * @throws ProblemError Malformed with the path of the first wrong value (NaN and infinite numbers among
 *   them), or the codes of `checkReferences`
 */
export function parseProblem(input: unknown): Problem {
  const parsed = Problem.safeParse(input);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new ProblemError('Malformed', pathOf(issue?.path ?? []), issue?.message ?? 'is no problem');
  }
  checkReferences(parsed.data);
  return parsed.data;
}

/** `applications[0].services[2].demand.cpu` */
function pathOf(path: readonly PropertyKey[]): string {
  const text = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  return text.replace(/^\./, '') || 'problem';
}
