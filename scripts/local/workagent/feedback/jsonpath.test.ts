import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonPathError, parseJsonPath } from './jsonpath.ts';

const object = {
  metadata: { generation: 3, labels: { 'app.kubernetes.io/name': 'web' } },
  spec: { ports: [{ port: 80 }, { port: 443, tls: true }], empty: [] },
  status: {
    conditions: [
      { type: 'Progressing', status: 'False', n: 1 },
      { type: 'Available', status: 'True', n: 5 },
    ],
  },
};

describe('a path finds', () => {
  test.each([
    ['.metadata.generation', 3],
    ['$.metadata.generation', 3],
    ['.metadata.labels.app\\.kubernetes\\.io/name', 'web'],
    [".metadata.labels['app.kubernetes.io/name']", 'web'],
    ['.spec.ports[1].port', 443],
    ['.spec.ports[-1].port', 443],
    ['.spec.ports[0:1].port', 80],
    ['.spec.ports[1:].port', 443],
    ['.spec.ports[-1:].port', 443],
    ['.spec.ports[*].port', 80],
    ['.spec.ports[1,0].port', 443],
    ['..tls', true],
    ['.status.conditions[?(@.type=="Available")].status', 'True'],
    [".status.conditions[?(@.type=='Available')].status", 'True'],
    ['.status.conditions[?(@.type != "Available")].status', 'False'],
    ['.status.conditions[?(@.n > 1)].type', 'Available'],
    ['.status.conditions[?(@.n <= 1)].type', 'Progressing'],
    ['.spec.ports[?(@.tls)].port', 443],
    ['.spec.ports[?(@.tls==true)].port', 443],
  ])('%s', (path, expected) => {
    expect(parseJsonPath(path).first(object)).toEqual(expected);
  });
});

test.each([
  '.status.replicas',
  '.spec.ports[7].port',
  '.spec.empty[0]',
  '.metadata.generation.deeper',
  '.status.conditions[?(@.no=="x")].type',
])('what is not there is undefined and no error: %s', (path) => {
  expect(parseJsonPath(path).first(object)).toBeUndefined();
});

test.each(['.constructor', '.metadata.__proto__', '..prototype', '.spec.ports.length'])(
  'members that JavaScript adds are not found: %s',
  (path) => {
    expect(parseJsonPath(path).first(object)).toBeUndefined();
  },
);

test.each([
  'metadata.generation',
  '{.metadata.generation}',
  '.metadata[',
  '.spec.ports[x]',
  '.status.conditions[?(@.type=="Available"].status',
  '.status.conditions[?(@.type=="a" && @.status=="b")].n',
  '.status.conditions[?(process.exit())].n',
  ".metadata['generation",
  '.spec.ports[0:1:0]',
])('what client-go refuses is refused here: %s', (path) => {
  expect(() => parseJsonPath(path)).toThrow(JsonPathError);
});

test('a filter that compares a string with a number says so', () => {
  const path = parseJsonPath('.status.conditions[?(@.n=="5")].type');
  expect(() => path.first(object)).toThrow('incompatible types for comparison');
});

test('any text is a path or a JsonPathError', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'.[]?()@*\'"=<> \\a0-1:,{}$') }), (text) => {
      try {
        parseJsonPath(text).first(object);
      } catch (error) {
        expect(error).toBeInstanceOf(JsonPathError);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('every member of a flat object is found by its quoted name', () => {
  fc.assert(
    fc.property(
      fc.string().filter((name) => !name.includes("'")),
      fc.integer(),
      (name, value) => {
        expect(parseJsonPath(`['${name}']`).first({ [name]: value })).toBe(value);
      },
    ),
  );
});
