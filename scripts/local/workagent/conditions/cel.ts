import { Environment } from '@marcbachmann/cel-js';
import type { Manifest } from '../manifest.ts';

/** An expression that cannot be read, or that failed on the object at hand. */
export class ExpressionError extends Error {
  override readonly name = 'ExpressionError';
}

/**
 * What expressions of a work may say: CEL itself, its optional types and string functions, and OCM's
 * `hasConditions(status)`. The further libraries of Kubernetes (quantities, URLs, IP addresses, versions) are
 * not here: an expression that calls them reads as an error.
 */
const environment = new Environment({
  unlistedVariablesAreDyn: false,
  homogeneousAggregateLiterals: false,
  enableOptionalTypes: true,
})
  .registerVariable('object', 'dyn')
  .registerFunction('hasConditions(dyn): bool', hasConditions);
const messageEnvironment = environment.clone().registerVariable('result', 'bool');

/**
 * @param object as {@link celValue} gives it
 * @returns whatever the expression says; integers as bigint
 * @throws ExpressionError
 */
export function evaluateOn(expression: string, object: unknown): unknown {
  return run(environment, expression, { object });
}

/** The same for a message, which also knows what the rule came to. */
export function evaluateMessage(expression: string, object: unknown, result: boolean): unknown {
  return run(messageEnvironment, expression, { object, result });
}

function run(within: Environment, expression: string, context: Record<string, unknown>): unknown {
  try {
    return within.evaluate(expression, context);
  } catch (error) {
    // The first line says what is wrong; the rest points into the expression.
    const message = error instanceof Error ? error.message : String(error);
    throw new ExpressionError(message.split('\n')[0] ?? message, { cause: error });
  }
}

/** The object with whole numbers as CEL's int, which JSON does not tell from double. */
export function celValue(object: Manifest): unknown {
  return converted(object);
}

function converted(value: unknown): unknown {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(converted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, converted(each)]));
}

/** Whether a status has any condition at all, so that an expression need not ask step by step. */
function hasConditions(status: unknown): boolean {
  const conditions = (status as { conditions?: unknown } | null | undefined)?.conditions;
  return Array.isArray(conditions) && conditions.length > 0;
}
