import { readDelay } from '../../../duration.ts';
import { quantityHint, tryParseQuantity } from '../../../quantity.ts';
import type { Findings } from './finding.ts';

/** A reference to another namespace: a tenant may name only what is its own. */
export function foreignName(path: string, name: string | undefined, findings: Findings): void {
  if (name?.includes('/'))
    findings.error(
      path,
      name,
      'only objects of the namespace of the application can be named',
      name.slice(name.lastIndexOf('/') + 1),
    );
}

/** An amount as Kubernetes writes it, not below zero. */
export function validateQuantity(path: string, value: string | number, findings: Findings): void {
  const amount = tryParseQuantity(value);
  if (amount === undefined) findings.error(path, value, `not a quantity; ${quantityHint(value)}`);
  else if (amount < 0) findings.error(path, value, 'must not be negative', String(value).replace(/^-/, ''));
}

/** A time that a packet or a request may take. */
export function validateDelay(path: string, value: string | number, findings: Findings): void {
  const reading = readDelay(value);
  if ('hint' in reading) findings.error(path, value, reading.hint);
  else if (reading.seconds < 0) findings.error(path, value, 'must not be negative');
}
