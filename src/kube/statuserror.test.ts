import { describe, expect, test } from 'vitest';
import { apiErrorOf } from './statuserror.ts';

function status(fields: object): string {
  return JSON.stringify({ kind: 'Status', apiVersion: 'v1', status: 'Failure', ...fields });
}

describe('apiErrorOf', () => {
  test.each([
    [401, {}, 'Unauthorized'],
    [403, { reason: 'Forbidden' }, 'Forbidden'],
    [404, { reason: 'NotFound' }, 'NotFound'],
    [409, { reason: 'AlreadyExists' }, 'AlreadyExists'],
    [409, { reason: 'Conflict' }, 'Conflict'],
    [410, { reason: 'Expired' }, 'Gone'],
    [413, {}, 'TooLarge'],
    [415, {}, 'BadRequest'],
    [422, { reason: 'Invalid' }, 'Invalid'],
    [429, { reason: 'TooManyRequests' }, 'Throttled'],
    [500, { reason: 'InternalError' }, 'ServerError'],
    [500, { message: 'etcdserver: request is too large' }, 'TooLarge'],
    [500, { message: 'rpc error: trying to send message larger than max (3 vs. 2)' }, 'TooLarge'],
    [500, { reason: 'ServerTimeout' }, 'Timeout'],
    [503, {}, 'ServerError'],
    [503, { details: { retryAfterSeconds: 2 } }, 'Throttled'],
    [504, { reason: 'Timeout' }, 'Timeout'],
  ])('HTTP %i with %j is %s', (httpStatus, fields, code) => {
    expect(apiErrorOf(httpStatus, status(fields)).code).toBe(code);
  });

  test('keeps message, reason and the fields that were complained about', () => {
    const error = apiErrorOf(
      409,
      status({
        reason: 'Conflict',
        message: 'Apply failed with 1 conflict',
        details: {
          causes: [{ reason: 'FieldManagerConflict', message: 'conflict with "m1"', field: '.data.a' }],
        },
      }),
    );
    expect(error.message).toBe('Apply failed with 1 conflict');
    expect(error.details).toEqual({
      httpStatus: 409,
      reason: 'Conflict',
      causes: [{ field: '.data.a', reason: 'FieldManagerConflict', message: 'conflict with "m1"' }],
    });
  });

  test('the Retry-After header counts before the one in the body', () => {
    const body = status({ details: { retryAfterSeconds: 10 } });
    expect(apiErrorOf(429, body, '3').details.retryAfterSeconds).toBe(3);
    expect(apiErrorOf(429, body).details.retryAfterSeconds).toBe(10);
    expect(apiErrorOf(429, body, 'Wed, 21 Oct 2026 07:28:00 GMT').details.retryAfterSeconds).toBeUndefined();
  });

  test.each([
    ['<html>Bad gateway</html>', '<html>Bad gateway</html>'],
    ['', 'HTTP 502'],
    ['{"kind":"Sta', '{"kind":"Sta'],
  ])('a body that is no Status (%j) still gives a message', (body, message) => {
    expect(apiErrorOf(502, body)).toMatchObject({ code: 'ServerError', message });
  });
});
