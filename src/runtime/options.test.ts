import { hostname } from 'node:os';
import { describe, expect, test } from 'vitest';
import { OptionError, parseOptions } from './options.ts';

const EXTRA = { deadline: { default: '10s' }, 'topology-namespace': { default: 'x', multiple: true } };

describe('flags of a controller process', () => {
  test('have defaults that suit a Pod', () => {
    expect(parseOptions([], EXTRA)).toEqual({
      kubeconfig: undefined,
      leaderElect: true,
      leaderElectionNamespace: 'codeco-system',
      identity: expect.stringContaining(`${hostname()}_`),
      bindAddress: { host: '', port: 8080 },
      logLevel: 'info',
      workers: 10,
      kubeApiQps: 500,
      kubeApiBurst: 1000,
      extra: { deadline: ['10s'], 'topology-namespace': ['x'] },
    });
  });

  test('give every start an identity of its own', () => {
    expect(parseOptions([], EXTRA).identity).not.toBe(parseOptions([], EXTRA).identity);
    expect(parseOptions(['--identity=me'], EXTRA).identity).toBe('me');
  });

  test('are read with and without an equals sign, and more than once where a controller allows it', () => {
    const options = parseOptions(
      ['--workers=3', '--log-level', 'debug', '--bind-address=[::1]:0', '--leader-elect=false'].concat([
        '--topology-namespace=a',
        '--topology-namespace',
        'b',
      ]),
      EXTRA,
    );
    expect(options).toMatchObject({
      workers: 3,
      logLevel: 'debug',
      leaderElect: false,
      bindAddress: { host: '::1', port: 0 },
    });
    expect(options.extra['topology-namespace']).toEqual(['a', 'b']);
  });

  test.each([
    [['--worker=3'], 'unknown flag --worker; did you mean --workers?'],
    [['--topologynamespace=a'], 'unknown flag --topologynamespace; did you mean --topology-namespace?'],
    [['--no-such-flag'], 'unknown flag --no-such-flag'],
    [['--no-workers'], 'unknown flag --no-workers; did you mean --workers?'],
    [['--constructor=3'], 'unknown flag --constructor'],
    [['--workers=2.5'], '--workers 2.5: a whole number above 0 is needed'],
    [['--workers=0'], '--workers 0: a whole number above 0 is needed'],
    [['--kube-api-qps=fast'], '--kube-api-qps fast: a number above 0 is needed'],
    [['--log-level=debgu'], '--log-level debgu: allowed are debug, info, warn, error; did you mean debug?'],
    [['--leader-elect=yes'], '--leader-elect yes: allowed are true, false'],
    [['--bind-address=8080'], '--bind-address 8080: host:port or :port is needed, for example :8080'],
    [['--bind-address=:99999'], '--bind-address :99999: host:port or :port is needed, for example :8080'],
  ])('%j is refused with the flag, the value and what is valid', (args, message) => {
    expect(() => parseOptions(args, EXTRA)).toThrow(new OptionError(message));
  });

  test.each([[['stray']], [['--workers']], [['-x']]])('%j is refused, not ignored', (args) => {
    expect(() => parseOptions(args, EXTRA)).toThrow(OptionError);
  });
});
