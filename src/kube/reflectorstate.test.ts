import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIVED_MS, type Outcome, type ReflectorState, START, step } from './reflectorstate.ts';

const watching: ReflectorState = {
  phase: { name: 'Watching', resourceVersion: '7' },
  backoffMs: 0,
  refusals: 0,
  listIsFresh: false,
};
const ended = { resourceVersion: '9', livedMs: 60_000 };

describe('step', () => {
  test.each<[string, Outcome, ReflectorState['phase']]>([
    [
      'the server ended it in order: on from where it was',
      { kind: 'Closed', ...ended },
      { name: 'Watching', resourceVersion: '9' },
    ],
    ['expired: everything is read again', { kind: 'Expired', ...ended }, { name: 'Listing' }],
    [
      'broken: on from where it was, after a wait',
      { kind: 'Broken', ...ended },
      { name: 'BackingOff', delayMs: 500, next: { name: 'Watching', resourceVersion: '9' } },
    ],
    [
      'an error event other than 410: everything is read again, after a wait',
      { kind: 'ErrorEvent', ...ended },
      { name: 'BackingOff', delayMs: 500, next: { name: 'Listing' } },
    ],
    [
      'refused with Retry-After: the server names the wait',
      { kind: 'Refused', ...ended, retryAfterMs: 7_000 },
      { name: 'BackingOff', delayMs: 7_000, next: { name: 'Watching', resourceVersion: '9' } },
    ],
  ])('a watch that %s', (_, outcome, phase) => {
    expect(step(watching, outcome, 0).phase).toEqual(phase);
  });

  test('a watch that is refused three times in a row is given up for a list', () => {
    const refused: Outcome = { kind: 'Refused', resourceVersion: '7', livedMs: 0 };
    const next = (state: ReflectorState): ReflectorState => step(state, refused, 0);
    expect(next(next(watching)).phase).toMatchObject({ next: { name: 'Watching' } });
    expect(next(next(next(watching))).phase).toMatchObject({ next: { name: 'Listing' } });
  });

  test('a version that expires right after it was listed does not become a hot loop', () => {
    const listed = step(START, { kind: 'Listed', resourceVersion: '7' }, 0);
    const expired = step(listed, { kind: 'Expired', resourceVersion: '7', livedMs: 0 }, 0);
    expect(expired.phase.name).toBe('BackingOff');
  });

  test('a version that expired while the server was away is listed without a further wait', () => {
    const broken = step(watching, { kind: 'Broken', resourceVersion: '7', livedMs: 0 }, 0);
    expect(step(broken, { kind: 'Expired', resourceVersion: '7', livedMs: 0 }, 0).phase).toEqual({
      name: 'Listing',
    });
  });

  test('whatever the server does, five steps on end without a wait or a watch that lived do not happen', () => {
    const outcome = fc.oneof(
      fc.constant({ listed: true }),
      fc.record({
        listed: fc.constant(false),
        kind: fc.constantFrom('Closed', 'Broken', 'Refused', 'Expired', 'ErrorEvent'),
        livedMs: fc.constantFrom(0, LIVED_MS - 1, LIVED_MS),
      }),
    );
    fc.assert(
      fc.property(fc.array(outcome, { maxLength: 60 }), (answers) => {
        let state = START;
        let idle = 0;
        for (const answer of answers) {
          if (state.phase.name === 'BackingOff') {
            idle = 0;
            expect(state.phase.delayMs).toBeGreaterThanOrEqual(500);
            state = { ...state, phase: state.phase.next };
          }
          const lived = 'livedMs' in answer ? answer.livedMs : 0;
          if (state.phase.name === 'Listing') {
            state = step(
              state,
              answer.listed ? { kind: 'Listed', resourceVersion: '1' } : { kind: 'ListFailed' },
              0,
            );
          } else {
            const kind = 'kind' in answer ? (answer.kind as 'Closed') : 'Closed';
            if (lived >= LIVED_MS) idle = 0;
            state = step(state, { kind, resourceVersion: '1', livedMs: lived }, 0);
          }
          idle += 1;
          expect(idle).toBeLessThanOrEqual(4);
        }
      }),
    );
  });
});
