/**
 * Why an API server refused. Switch on `code`; never on message text. `TooLarge`: the object is larger than the
 * server takes or stores; sending it again cannot help.
 */
export type ApiErrorCode =
  | 'BadRequest'
  | 'Unauthorized'
  | 'Forbidden'
  | 'NotFound'
  | 'AlreadyExists'
  | 'Conflict'
  | 'Gone'
  | 'TooLarge'
  | 'Invalid'
  | 'Throttled'
  | 'Timeout'
  | 'ServerError';

/** One field the server complained about (metav1.StatusCause). */
export interface FieldCause {
  field: string;
  reason: string;
  message: string;
}

export interface ApiErrorDetails {
  httpStatus: number;
  /** metav1.Status.reason, where the server gave one. */
  reason?: string;
  causes?: FieldCause[];
  /** metav1.Status.details.name: the object that was refused, where the server looked at one. */
  objectName?: string;
  /** From the Retry-After header or status details. */
  retryAfterSeconds?: number;
}

/** The server answered, and the answer is a failure (metav1.Status). */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: ApiErrorCode;
  readonly details: ApiErrorDetails;

  constructor(code: ApiErrorCode, message: string, details: ApiErrorDetails, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.details = details;
  }
}

export type TransportErrorCode =
  | 'Reset'
  | 'Silent'
  | 'Deadline'
  | 'Aborted'
  | 'Unreachable'
  | 'Malformed'
  | 'Oversized'
  | 'Fenced';

/**
 * No (whole) answer came: connection reset, nothing heard, deadline passed, cancelled. `Oversized` means
 * that the answer is bigger than this process accepts: ask for less. `Fenced` means that the write was
 * never sent, because this process may have lost its lease.
 */
export class TransportError extends Error {
  override readonly name = 'TransportError';
  readonly code: TransportErrorCode;

  constructor(code: TransportErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

export function hasCode(error: unknown, ...codes: ApiErrorCode[]): error is ApiError {
  return error instanceof ApiError && codes.includes(error.code);
}

export const isNotFound = (error: unknown): error is ApiError => hasCode(error, 'NotFound');
export const isConflict = (error: unknown): error is ApiError => hasCode(error, 'Conflict');
export const isAlreadyExists = (error: unknown): error is ApiError => hasCode(error, 'AlreadyExists');
export const isInvalid = (error: unknown): error is ApiError => hasCode(error, 'Invalid', 'BadRequest');
