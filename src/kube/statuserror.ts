import { ApiError, type ApiErrorCode, type ApiErrorDetails, type FieldCause } from '../runtime/apierror.ts';

/** The part of metav1.Status that explains a failure. */
export interface Status {
  kind?: string;
  code?: number;
  reason?: string;
  message?: string;
  details?: {
    name?: string;
    causes?: { field?: string; reason?: string; message?: string }[];
    retryAfterSeconds?: number;
  };
}

/**
 * Turns a failed answer into an {@link ApiError}. Works for whatever stands in the path: a body that is no
 * metav1.Status (a proxy's page, nothing at all) gives an error by its HTTP status.
 *
 * @param retryAfter value of the Retry-After header, in seconds; dates are not used by API servers
 */
export function apiErrorOf(httpStatus: number, body: string, retryAfter?: string): ApiError {
  const status = parseStatus(body);
  const details: ApiErrorDetails = { httpStatus };
  if (status?.reason) details.reason = status.reason;
  const causes = (status?.details?.causes ?? []).map(
    (cause): FieldCause => ({
      field: cause.field ?? '',
      reason: cause.reason ?? '',
      message: cause.message ?? '',
    }),
  );
  if (causes.length > 0) details.causes = causes;
  if (status?.details?.name) details.objectName = status.details.name;
  const seconds = Number(retryAfter ?? status?.details?.retryAfterSeconds);
  if (Number.isFinite(seconds) && seconds >= 0) details.retryAfterSeconds = seconds;
  const message = status?.message || body.trim().slice(0, 200) || `HTTP ${httpStatus}`;
  const code = httpStatus === 500 && STORAGE_LIMIT.test(message) ? 'TooLarge' : codeOf(details);
  return new ApiError(code, message, details);
}

/**
 * etcd's own limit, and that of the connection to it, reach the client as a failure of the server with no
 * reason: only the message tells that the object is to blame.
 */
const STORAGE_LIMIT = /^etcdserver: request is too large|trying to send message larger than max/;

function codeOf({ httpStatus, reason, retryAfterSeconds }: ApiErrorDetails): ApiErrorCode {
  switch (httpStatus) {
    case 401:
      return 'Unauthorized';
    case 403:
      return 'Forbidden';
    case 404:
      return 'NotFound';
    case 408:
    case 504:
      return 'Timeout';
    case 409:
      return reason === 'AlreadyExists' ? 'AlreadyExists' : 'Conflict';
    case 410:
      return 'Gone';
    case 413:
      return 'TooLarge';
    case 422:
      return 'Invalid';
    case 429:
      return 'Throttled';
    case 503:
      return retryAfterSeconds === undefined ? 'ServerError' : 'Throttled';
    default:
      if (reason === 'Timeout' || reason === 'ServerTimeout') return 'Timeout';
      return httpStatus >= 400 && httpStatus < 500 ? 'BadRequest' : 'ServerError';
  }
}

function parseStatus(body: string): Status | undefined {
  if (!body.startsWith('{')) return undefined;
  try {
    const value = JSON.parse(body) as Status;
    return value.kind === 'Status' ? value : undefined;
  } catch {
    return undefined;
  }
}
