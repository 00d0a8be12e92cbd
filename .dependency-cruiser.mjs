// Which way code may look; see docs/architecture.md. Each rule names what it keeps apart, and why.
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: 'error',
  from: { path: `^src/${from}/`, pathNot: '\\.test\\.ts$' },
  to: { path: '^src/', pathNot: [from, ...allowed].map((folder) => `^src/${folder}/`) },
});

export default {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    only('api-looks-nowhere', 'api', [], 'what objects are depends on nothing'),
    only('engine-sees-api', 'engine', ['api'], 'placement knows no controller and no cluster'),
    only(
      'snapshot-is-pure',
      'snapshot',
      ['engine', 'api'],
      'objects to problem, shared with the command line',
    ),
    only('work-is-pure', 'work', ['engine', 'api'], 'decision to ManifestWorks'),
    only('runtime-sees-interfaces', 'runtime', ['api'], 'the runtime knows kube through its own interfaces'),
    only('kube-implements-runtime', 'kube', ['runtime', 'api'], 'the only code that talks to an API server'),
    only(
      'controllers-use-runtime',
      'controllers',
      ['work', 'snapshot', 'engine', 'runtime', 'api'],
      'no kube below the interfaces',
    ),
    only(
      'cli-is-offline',
      'cli',
      ['controllers', 'work', 'snapshot', 'engine', 'api'],
      'the command line needs no server',
    ),
    {
      name: 'controllers-apart',
      comment: 'controllers talk through custom resources only',
      severity: 'error',
      from: { path: '^src/controllers/([^/]+)/' },
      to: { path: '^src/controllers/', pathNot: '^src/controllers/$1/' },
    },
    {
      name: 'nothing-imports-cmd',
      severity: 'error',
      from: { pathNot: '^src/cmd/' },
      to: { path: '^src/cmd/' },
    },
    {
      name: 'pure-means-pure',
      comment: 'no I/O in the pure core; hashing goes through src/api/hash.ts',
      severity: 'error',
      from: { path: '^src/(engine|snapshot|work|api)/', pathNot: '(\\.test\\.ts|^src/api/hash\\.ts)$' },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'one-door-to-client-node',
      comment: 'everything else of the package loads 60 MiB',
      severity: 'error',
      from: { pathNot: '^src/kube/config(\\.test)?\\.ts$' },
      to: { path: '@kubernetes/client-node', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'product-without-tests',
      severity: 'error',
      from: { path: '^src/', pathNot: '\\.test\\.ts$' },
      to: { path: '^(test|scripts)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    // Another language in TypeScript's clothes; what it compiles to is a module of bytes.
    exclude: { path: '^src/engine/kernels/assembly/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.mjs', '.js', '.json'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
