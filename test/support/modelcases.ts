/**
 * Wrong and right CodecoApps, as a table: what is wrong, who refuses it, and where. The same cases go to a
 * real API server and through `codeco validate`.
 */

/** A CodecoApp as a file may say it: anything. */
export type LooseApp = Record<string, unknown>;

/** A change of the right app. */
type Change = (app: LooseApp) => void;

/**
 * What the API server does. Strict: unknown field under strict validation. Schema: types, limits, list keys.
 * Rule: CEL. Size: the request is too large. Accepted: only the controller (and the command line) can tell.
 */
export type Refusal = 'Strict' | 'Schema' | 'Rule' | 'Size' | 'Accepted';

export interface WrongCase {
  name: string;
  by: Refusal;
  /** Path that `codeco validate` names; the server names it, or one that it starts with. */
  path: string;
  /** What `codeco validate` offers instead. */
  nearest?: string;
  change: Change;
}

export interface RightCase {
  name: string;
  change: Change;
}

/** Two services and a channel: right as it is, with one of nearly everything. */
export function aRightApp(namespace: string): LooseApp {
  return {
    apiVersion: 'codeco.he-codeco.eu/v1alpha1',
    kind: 'CodecoApp',
    metadata: { name: 'shop', namespace },
    spec: {
      qosClass: 'Gold',
      performanceProfile: 'Greenness',
      'codecoapp-msspec': [
        {
          serviceName: 'front',
          podspec: {
            containers: [{ name: 'web', image: 'example/web:1', ports: [{ containerPort: 8080 }] }],
          },
          serviceChannels: [
            {
              channelName: 'orders',
              otherService: { serviceName: 'back', port: 9090 },
              serviceClass: 'ASSURED',
              advancedChannelSettings: { bandwidth: '5M', maxDelay: '10ms' },
            },
          ],
        },
        {
          serviceName: 'back',
          podspec: {
            containers: [
              {
                name: 'api',
                image: 'example/api:1',
                ports: [{ containerPort: 9090 }],
                resources: { requests: { cpu: '500m', memory: '1Gi' } },
              },
            ],
          },
        },
      ],
    },
  };
}

const MS = 'spec.codecoapp-msspec';
const FRONT = `${MS}[0]`;
const BACK = `${MS}[1]`;
const CHANNEL = `${FRONT}.serviceChannels[0]`;
const SETTINGS = `${CHANNEL}.advancedChannelSettings`;
const BACK_POD = `${BACK}.podspec`;
const API = `${BACK_POD}.containers[0]`;

function steps(path: string): string[] {
  return path.split(/[.[\]]+/).filter((step) => step !== '');
}

function parentOf(app: LooseApp, path: string): [Record<string, unknown>, string] {
  const names = steps(path);
  let at: Record<string, unknown> = app;
  for (const name of names.slice(0, -1)) {
    at[name] ??= {};
    at = at[name] as Record<string, unknown>;
  }
  return [at, names.at(-1)!];
}

function set(path: string, value: unknown): Change {
  return (app) => {
    const [parent, name] = parentOf(app, path);
    parent[name] = value;
  };
}

function drop(path: string): Change {
  return (app) => {
    const [parent, name] = parentOf(app, path);
    delete parent[name];
  };
}

/** Gives the field at `path` another name. */
function rename(path: string, to: string): Change {
  return (app) => {
    const [parent, name] = parentOf(app, path);
    parent[to] = parent[name];
    delete parent[name];
  };
}

/** Adds to a list what is at another path. */
function repeat(path: string, list: string): Change {
  return (app) => {
    const [parent, name] = parentOf(app, path);
    const [outer, field] = parentOf(app, list);
    (outer[field] as unknown[]).push(structuredClone(parent[name]));
  };
}

function all(...changes: Change[]): Change {
  return (app) => {
    for (const change of changes) change(app);
  };
}

const wrong = (name: string, by: Refusal, path: string, change: Change, nearest?: string): WrongCase => ({
  name,
  by,
  path,
  change,
  ...(nearest === undefined ? {} : { nearest }),
});

const manyServices = Array.from({ length: 10_000 }, (_, index) => ({
  serviceName: `s${index}`,
  podspec: { containers: [{ name: 'main' }] },
}));
const claim = [{ name: 'data', persistentVolumeClaim: { claimName: 'data' } }];
const entry = { name: 'users', service: 'front', callsPerSecond: 1 };

export const WRONG_CASES: readonly WrongCase[] = [
  // Misspelt fields, at each depth.
  wrong('field beside spec', 'Strict', 'specs', set('specs', {}), 'spec'),
  wrong('field of metadata', 'Strict', 'metadata.lables', set('metadata.lables', {}), 'labels'),
  wrong('field of spec', 'Strict', 'spec.qosclass', rename('spec.qosClass', 'qosclass'), 'qosClass'),
  wrong(
    'the list as a form writes it',
    'Strict',
    'spec.codecoappmsspec',
    set('spec.codecoappmsspec', []),
    'codecoapp-msspec',
  ),
  wrong('field of a service', 'Strict', `${BACK}.replica`, set(`${BACK}.replica`, 2), 'replicas'),
  wrong(
    'field of a channel',
    'Strict',
    `${CHANNEL}.serviceclass`,
    rename(`${CHANNEL}.serviceClass`, 'serviceclass'),
    'serviceClass',
  ),
  wrong(
    'field of otherService',
    'Strict',
    `${CHANNEL}.otherService.namespace`,
    set(`${CHANNEL}.otherService.namespace`, 'other'),
  ),
  wrong(
    'field of the settings',
    'Strict',
    `${SETTINGS}.Bandwidth`,
    rename(`${SETTINGS}.bandwidth`, 'Bandwidth'),
    'bandwidth',
  ),
  wrong(
    'replicas inside podspec',
    'Strict',
    `${BACK_POD}.replicas`,
    set(`${BACK_POD}.replicas`, 3),
    `${BACK}.replicas`,
  ),
  wrong('field of a container', 'Strict', `${API}.prots`, rename(`${API}.ports`, 'prots'), 'ports'),
  wrong(
    'field of a port',
    'Strict',
    `${API}.ports[0].hostport`,
    set(`${API}.ports[0].hostport`, 1),
    'hostPort',
  ),
  wrong(
    'field of resources',
    'Strict',
    `${API}.resources.request`,
    rename(`${API}.resources.requests`, 'request'),
    'requests',
  ),
  // Values outside what a field may hold.
  wrong(
    'a required field misspelt',
    'Strict',
    `${CHANNEL}.chanelName`,
    rename(`${CHANNEL}.channelName`, 'chanelName'),
    'channelName',
  ),
  wrong('an unknown class', 'Schema', 'spec.qosClass', set('spec.qosClass', 'Golden'), 'Gold'),
  wrong('a class in lower case', 'Schema', 'spec.securityClass', set('spec.securityClass', 'high'), 'High'),
  wrong(
    'an unknown serviceClass',
    'Schema',
    `${CHANNEL}.serviceClass`,
    set(`${CHANNEL}.serviceClass`, 'BEST_EFFORT'),
    'BESTEFFORT',
  ),
  wrong('an unknown move policy', 'Schema', `${BACK}.move.policy`, set(`${BACK}.move`, { policy: 'Frozen' })),
  wrong(
    'an unknown pull policy in podspec',
    'Schema',
    `${API}.imagePullPolicy`,
    set(`${API}.imagePullPolicy`, 'IfNotPresnt'),
    'IfNotPresent',
  ),
  wrong('no services', 'Schema', MS, set(MS, [])),
  wrong('no list of services at all', 'Schema', MS, drop(MS)),
  wrong('a service without a Pod', 'Schema', BACK_POD, drop(BACK_POD)),
  wrong('a Pod without containers', 'Schema', `${BACK_POD}.containers`, drop(`${BACK_POD}.containers`)),
  wrong('replicas 0', 'Schema', `${BACK}.replicas`, set(`${BACK}.replicas`, 0), '1'),
  wrong('replicas 10^9', 'Schema', `${BACK}.replicas`, set(`${BACK}.replicas`, 1e9), '10000'),
  wrong('replicas as text', 'Schema', `${BACK}.replicas`, set(`${BACK}.replicas`, 'two')),
  wrong('port 0', 'Schema', `${CHANNEL}.otherService.port`, set(`${CHANNEL}.otherService.port`, 0), '1'),
  wrong(
    'a port by name',
    'Schema',
    `${CHANNEL}.otherService.port`,
    set(`${CHANNEL}.otherService.port`, 'http'),
  ),
  wrong(
    'a serviceName in capitals',
    'Schema',
    `${BACK}.serviceName`,
    set(`${BACK}.serviceName`, 'Back_End'),
    'back-end',
  ),
  wrong(
    'a serviceName of 300 characters',
    'Schema',
    `${BACK}.serviceName`,
    set(`${BACK}.serviceName`, 'a'.repeat(300)),
  ),
  wrong('an object name of 300 characters', 'Schema', 'metadata.name', set('metadata.name', 'a'.repeat(300))),
  wrong(
    'a channelName of 60 characters',
    'Schema',
    `${CHANNEL}.channelName`,
    set(`${CHANNEL}.channelName`, 'c'.repeat(60)),
  ),
  wrong('10,000 services', 'Schema', MS, set(MS, manyServices)),
  wrong('two services of one name', 'Schema', `${BACK}.serviceName`, set(`${BACK}.serviceName`, 'front')),
  wrong(
    'two channels of one name in a service',
    'Schema',
    `${FRONT}.serviceChannels[1].channelName`,
    repeat(CHANNEL, `${FRONT}.serviceChannels`),
  ),
  wrong(
    'two containers of one name',
    'Schema',
    `${BACK_POD}.containers[1].name`,
    repeat(API, `${BACK_POD}.containers`),
  ),
  wrong('an object of 2 MB', 'Size', '', set(`${API}.args`, ['x'.repeat(2_000_000)])),
  // What CEL tells.
  wrong('a negative bandwidth', 'Rule', `${SETTINGS}.bandwidth`, set(`${SETTINGS}.bandwidth`, '-5M'), '5M'),
  wrong(
    'two bandwidths that differ',
    'Rule',
    `${SETTINGS}.minBandwidth`,
    set(`${SETTINGS}.minBandwidth`, '6M'),
    '5M',
  ),
  wrong(
    'an entry point at two places',
    'Rule',
    'spec.entryPoints[0]',
    set('spec.entryPoints', [{ ...entry, region: 'eu', cluster: 'c1' }]),
  ),
  wrong(
    'In without values',
    'Rule',
    `${BACK}.placement.clusterSelector.matchExpressions[0]`,
    set(`${BACK}.placement`, { clusterSelector: { matchExpressions: [{ key: 'zone', operator: 'In' }] } }),
  ),
  // What only the controller and the command line can tell.
  wrong('maxDelay: soon', 'Accepted', `${SETTINGS}.maxDelay`, set(`${SETTINGS}.maxDelay`, 'soon')),
  wrong('maxDelay: 10m', 'Accepted', `${SETTINGS}.maxDelay`, set(`${SETTINGS}.maxDelay`, '10m')),
  wrong('a negative maxDelay', 'Accepted', `${SETTINGS}.maxDelay`, set(`${SETTINGS}.maxDelay`, '-1')),
  wrong(
    'a bandwidth in words',
    'Accepted',
    `${SETTINGS}.bandwidth`,
    set(`${SETTINGS}.bandwidth`, '5 Mbit/s'),
  ),
  wrong(
    'a channel to nowhere',
    'Accepted',
    `${CHANNEL}.otherService.serviceName`,
    set(`${CHANNEL}.otherService.serviceName`, 'bakc'),
    'back',
  ),
  wrong(
    'a port that no container opens',
    'Accepted',
    `${CHANNEL}.otherService.port`,
    set(`${CHANNEL}.otherService.port`, 9091),
    '9090',
  ),
  wrong(
    'one channel name in two services',
    'Accepted',
    `${BACK}.serviceChannels[0].channelName`,
    set(`${BACK}.serviceChannels`, [
      { channelName: 'orders', otherService: { serviceName: 'front', port: 8080 } },
    ]),
  ),
  wrong(
    'a channelName that no Service can have',
    'Accepted',
    `${CHANNEL}.channelName`,
    set(`${CHANNEL}.channelName`, 'Orders_1'),
    'orders-1',
  ),
  wrong(
    'a rendered name of 66 characters',
    'Accepted',
    `${FRONT}.serviceName`,
    set('spec.appName', 'a'.repeat(60)),
  ),
  wrong(
    'an entry point to no service',
    'Accepted',
    'spec.entryPoints[0].service',
    set('spec.entryPoints', [{ ...entry, service: 'fornt', region: 'eu' }]),
    'front',
  ),
  wrong(
    'a Placement of another namespace',
    'Accepted',
    'spec.placementRef.name',
    set('spec.placementRef', { name: 'other/edge' }),
    'edge',
  ),
  wrong(
    'a data set of another namespace',
    'Accepted',
    `${BACK}.data[0].dataset`,
    set(`${BACK}.data`, [{ dataset: 'other/faces' }]),
    'faces',
  ),
  wrong(
    'an unreadable staleness',
    'Accepted',
    `${BACK}.data[0].maxStaleness`,
    set(`${BACK}.data`, [{ dataset: 'faces', maxStaleness: 'fresh' }]),
  ),
  wrong('an unreadable energy limit', 'Accepted', 'spec.appEnergyLimit', set('spec.appEnergyLimit', 'low')),
  wrong(
    'an unreadable failure tolerance',
    'Accepted',
    'spec.appFailureTolerance',
    set('spec.appFailureTolerance', 'Hihg'),
    'High',
  ),
  wrong(
    'High tolerance of one replica',
    'Accepted',
    `${BACK}.replicas`,
    all(set('spec.appFailureTolerance', 'High'), set(`${BACK}.replicas`, 1)),
    '2',
  ),
  wrong(
    'High tolerance of a pinned service',
    'Accepted',
    `${BACK}.move.policy`,
    all(set('spec.appFailureTolerance', 'High'), set(`${BACK}.move`, { policy: 'Pinned' })),
  ),
  wrong(
    'a Pod that ends',
    'Accepted',
    `${BACK_POD}.restartPolicy`,
    set(`${BACK_POD}.restartPolicy`, 'Never'),
    'Always',
  ),
  wrong('a Pod on a node by name', 'Accepted', `${BACK_POD}.nodeName`, set(`${BACK_POD}.nodeName`, 'n1')),
  wrong(
    'a volume claim on any cluster',
    'Accepted',
    `${BACK_POD}.volumes`,
    set(`${BACK_POD}.volumes`, claim),
  ),
  wrong(
    'a request that is no quantity',
    'Accepted',
    `${API}.resources.requests[cpu]`,
    set(`${API}.resources.requests.cpu`, '1core'),
  ),
];

const right = (name: string, change: Change): RightCase => ({ name, change });

export const RIGHT_CASES: readonly RightCase[] = [
  right('the app as it is', () => undefined),
  right('an appName of its own', set('spec.appName', 'other')),
  right('maxDelay as whole seconds', set(`${SETTINGS}.maxDelay`, 1)),
  right('maxDelay as a number with an exponent', set(`${SETTINGS}.maxDelay`, '10e-3')),
  right('maxDelay in ns', set(`${SETTINGS}.maxDelay`, '1ns')),
  right('maxDelay in us', set(`${SETTINGS}.maxDelay`, '1.5us')),
  right('two bandwidths that agree', set(`${SETTINGS}.minBandwidth`, '5000k')),
  right(
    'frameSize and sendInterval',
    all(set(`${SETTINGS}.frameSize`, '100'), set(`${SETTINGS}.sendInterval`, '10')),
  ),
  right('a channel without settings', drop(SETTINGS)),
  right(
    'a channel to another application',
    set(`${CHANNEL}.otherService`, { appName: 'stock', serviceName: 'api', port: 1 }),
  ),
  right('an empty failure tolerance', set('spec.appFailureTolerance', '')),
  right('a failure tolerance in per cent', set('spec.appFailureTolerance', '30%')),
  right('High tolerance without replicas', set('spec.appFailureTolerance', 'High')),
  right('an energy limit', set('spec.appEnergyLimit', '50')),
  right('a scheduler of its own', set(`${BACK_POD}.schedulerName`, 'volcano')),
  right(
    'a claim on a named cluster',
    all(set(`${BACK_POD}.volumes`, claim), set(`${BACK}.placement`, { clusters: ['edge-a'] })),
  ),
  right(
    'a generic ephemeral volume',
    set(`${BACK_POD}.volumes`, [
      {
        name: 'scratch',
        ephemeral: {
          volumeClaimTemplate: {
            spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
          },
        },
      },
    ]),
  ),
  right(
    'spread, data, move and traffic',
    all(
      set(`${BACK}.replicas`, 3),
      set(`${BACK}.placement`, { spread: { over: 'Zone', min: 2 }, notClusters: ['c9'] }),
      set(`${BACK}.data`, [
        { dataset: 'faces', access: 'Read', locality: 'Required', maxDelay: '5ms', maxStaleness: '1h30m' },
      ]),
      set(`${BACK}.move`, { policy: 'Restart', stateSize: '2Gi' }),
      set(`${CHANNEL}.traffic`, { callsPerSecond: 2.5, bytesPerCall: 1000 }),
      set(`${CHANNEL}.residency`, 'Clean'),
    ),
  ),
  right(
    'entry points, sets and a Placement',
    all(
      set('spec.entryPoints', [{ ...entry, region: 'eu' }]),
      set('spec.clusterSets', ['edge']),
      set('spec.placementRef', { name: 'edge' }),
    ),
  ),
  right(
    'probes with named ports and int-or-string',
    all(
      set(`${API}.ports[0].name`, 'http'),
      set(`${API}.readinessProbe`, { httpGet: { path: '/', port: 'http' } }),
      set(`${API}.livenessProbe`, { tcpSocket: { port: 9090 } }),
    ),
  ),
  right(
    'an init container that keeps running',
    set(`${BACK_POD}.initContainers`, [{ name: 'proxy', image: 'example/proxy:1', restartPolicy: 'Always' }]),
  ),
];
