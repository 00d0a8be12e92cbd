import { expect, test } from 'vitest';
import { parseOptions, UsageError } from './options.ts';

test('up without flags means three clusters, the first two with telemetry', () => {
  const { command, name, clusters } = parseOptions(['up']);
  expect([command, name]).toEqual(['up', 'default']);
  expect(clusters.map((cluster) => [cluster.name, cluster.telemetry])).toEqual([
    ['c1', true],
    ['c2', true],
    ['c3', false],
  ]);
});

test('flags may come before and after the command', () => {
  expect(parseOptions(['--name', 'a', 'up', '--clusters=0', '--controllers', 'acm,swm'])).toMatchObject({
    command: 'up',
    name: 'a',
    clusters: [],
    controllers: ['acm', 'swm'],
  });
});

test.each([
  [['upp'], 'command upp: did you mean up?'],
  [[], 'command (none)'],
  [['up', 'down'], 'one command at a time; down is too much'],
  [['up', '--cluster', '3'], 'unknown flag --cluster; did you mean --clusters?'],
  [['up', '--clusters', '-1'], '--clusters'],
  [['up', '--clusters', '21'], '--clusters 21: a number from 0 to 20 is needed'],
  [['up', '--clusters', ''], '--clusters : a number from 0 to 20 is needed'],
  [['up', '--name', '../x'], '--name ../x: up to 40 lower case letters'],
  [['up', '--controllers', 'acm,swn'], '--controllers swn: did you mean swm?'],
  [['up', '--work-agent', 'ocm'], '--work-agent ocm'],
])('%j is refused by name, value and what is right', (args, message) => {
  expect(() => parseOptions(args)).toThrow(UsageError);
  expect(() => parseOptions(args)).toThrow(message);
});
