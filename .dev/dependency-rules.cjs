const { existsSync, readdirSync } = require('node:fs')

// Who may import whom. `npm run deps` checks it; a planted violation in test/integration proves that the check sees.
const WORKSPACE = '^packages/([^/]+)/'

/** Only the listed packages may be imported from a package's sources; its own files always may. */
const only = (name, allowed) => ({
  name: `${name}-imports-only-${allowed.length ? allowed.join('-') : 'itself'}`,
  severity: 'error',
  from: { path: `^packages/${name}/src/` },
  to: { path: WORKSPACE, pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
})

/**
 * The rooms of a package, floor by floor: a room may import itself and the rooms of lower floors, so nothing imports back
 * up and no two rooms form a circle. Directly in `src` there are only the package's doors, which no room may import, and
 * the files on the ground, which every room may.
 */
const rooms = (name, doors, floors, ground = ['version']) => {
  const src = `^packages/${name}/src/`
  const all = floors.flat().join('|')
  return [
    {
      name: `${name}-files-live-in-rooms`,
      comment: `A file of ${name} lives in one of its rooms, or is a door: ${doors.join(', ')}.`,
      severity: 'error',
      from: { path: src, pathNot: `${src}((${all})/|(${[...doors, ...ground].join('|')})\\.ts$)` },
      to: {},
    },
    ...floors.flatMap((floor, at) =>
      floor.map(room => ({
        name: `${name}-${room}-imports-only-lower-floors`,
        severity: 'error',
        from: { path: `${src}${room}/` },
        to: {
          path: src,
          pathNot: `${src}((${[room, ...floors.slice(0, at).flat()].join('|')})/|(${ground.join('|')})\\.ts$)`,
        },
      })),
    ),
  ]
}

const PACKAGES = `${__dirname}/../packages`
const packages = readdirSync(PACKAGES).filter(name => existsSync(`${PACKAGES}/${name}/package.json`))

/** What a package may import that is not a domain, or is one that needs more than a domain may. */
const LAYERS = {
  semconv: [],
  signals: ['semconv'],
  promql: [],
  judge: [],
  prometheus: ['signals'],
  optimizer: ['judge', 'promql', 'signals', 'semconv'],
  lab: ['optimizer', 'prometheus', 'promql', 'signals', 'semconv'],
  // Shows a Homeostat to people; it knows its types and nothing of the all-in-one.
  console: ['optimizer', 'promql', 'signals'],
  // Data, and their names in other systems.
  dashboards: ['promql', 'semconv'],
  // In the loop; the forecaster itself is pure.
  forecast: ['optimizer', 'prometheus', 'promql', 'signals', 'semconv', 'pg', 'runtime'],
}

/** Signals and actions of one technology each: the packages that have a `src/domain.ts`. */
const domains = packages.filter(name => existsSync(`${PACKAGES}/${name}/src/domain.ts`) && !(name in LAYERS))

for (const name of packages)
  if (name !== 'homeostat' && !(name in LAYERS) && !domains.includes(name))
    throw new Error(`packages/${name} is not a domain (it has no src/domain.ts): add to LAYERS what it may import`)

module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-unresolvable',
      severity: 'error',
      from: { path: '^(packages|examples|test)/' },
      to: { couldNotResolve: true },
    },
    ...Object.entries(LAYERS).map(([name, allowed]) => only(name, allowed)),
    // A rule or a response may read what another domain measures.
    ...domains.map(domain =>
      only(domain, ['optimizer', 'signals', 'semconv', ...(['bullmq', 'http'].includes(domain) ? ['runtime'] : [])]),
    ),
    ...rooms(
      'promql',
      ['index', 'rule-files', 'rule-tests'],
      [
        ['words', 'numbers'],
        ['regexp'],
        ['syntax', 'store'],
        ['plans', 'templates'],
        ['functions', 'aggregations', 'operators'],
        ['queries'],
        ['rules'],
        ['rule-files'],
        ['rule-tests'],
      ],
    ),
    ...rooms(
      'signals',
      ['index', 'options', 'random'],
      [
        ['metrics'],
        ['faults'],
        ['time', 'series', 'libraries', 'units-of-work'],
        ['options', 'registry', 'threads'],
        ['instrumentation'],
      ],
      ['bounded-map', 'counted', 'disposables', 'regular-file', 'server-address', 'without-tracing'],
    ),
    {
      name: 'forecaster-imports-only-itself',
      severity: 'error',
      from: { path: '^packages/forecast/src/(?!domain\\.ts|loop/)' },
      to: { path: '^packages/', pathNot: '^packages/forecast/src/(?!domain\\.ts|loop/)' },
    },
    ...rooms(
      'optimizer',
      ['index', 'engines', 'judge', 'parts', 'schemas', 'optimizer', 'optimizer-options'],
      [
        ['time'],
        ['words'],
        // What supports the stages.
        ['signals', 'fleet', 'stop'],
        ['state'],
        ['knobs'],
        // The walk.
        ['alerts'],
        ['decisions'],
        ['actions'],
        ['trials'],
        ['verdicts'],
        ['ledger'],
      ],
    ),
    ...rooms(
      'http',
      ['index', 'domain', 'instrumentation', 'instrumentation-options', 'options', 'responses', 'rules'],
      [
        // What is measured.
        ['client', 'server', 'network'],
        // What is done about it.
        ['breaker', 'compression', 'services', 'shedding', 'warming'],
      ],
      ['errors', 'expressions', 'header-list', 'version'],
    ),
    ...rooms(
      'homeostat',
      ['index', 'register', 'homeostat', 'homeostat-parts', 'homeostat-factory', 'homeostat-reader'],
      [
        ['domains', 'metrics'],
        ['options'],
        ['doors', 'methods'],
        ['lifecycle'],
        ['acting', 'state'],
        ['report', 'examination', 'proof'],
        ['reload', 'inspection'],
        ['program', 'doctor'],
        ['cli'],
      ],
    ),
    {
      name: 'domains-share-expressions-only',
      comment: 'An expression is written by the domain that owns its metrics; another domain imports nothing else.',
      severity: 'error',
      from: { path: '^packages/(forecast|bullmq|http)/src/' },
      to: { path: `^packages/(?!$1/)(${domains.join('|')})/`, pathNot: '/expressions\\.' },
    },
    {
      name: 'signals-know-nothing-of-actions',
      comment: 'An instrumentation is plain OpenTelemetry: it works without the optimizer.',
      severity: 'error',
      from: {
        path: `^packages/(${domains.join('|')})/src/((signals|client|server|network)/|instrumentation\\.ts|index\\.ts)`,
      },
      to: {
        path: '^packages/(optimizer/|[^/]+/src/(actions/|coordinator/|state/|domain\\.ts|rules\\.ts|responses\\.ts))',
      },
    },
    {
      name: 'yaml-only-where-files-are-read',
      comment: 'Loading yaml takes some 30 ms; an application whose rules are TypeScript does not pay it.',
      severity: 'error',
      from: { path: '^packages/promql/src/(?!rule-files|rule-tests)' },
      to: { path: 'node_modules/yaml/|^packages/promql/src/(rule-files|rule-tests)' },
    },
    {
      name: 'optimizer-loads-no-yaml',
      severity: 'error',
      from: { path: '^packages/optimizer/src/' },
      to: { path: '^packages/promql/(src|dist)/(rule-files|rule-tests)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'all-in-one-loads-yaml-only-where-files-are-given',
      comment: 'The same for homeostat(): what reads files is imported when there are some.',
      severity: 'error',
      from: { path: '^packages/homeostat/src/(?!cli|doctor/|reload/)' },
      to: {
        path: '^packages/(promql/(src|dist)/(rule-files|rule-tests)|lab/(src|dist)/(?!prove/)|homeostat/src/(cli|doctor/|reload/))',
        pathNot: '^packages/homeostat/src/reload/program-files\\.ts$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'program-files-imports-its-reader-late',
      severity: 'error',
      from: { path: '^packages/homeostat/src/reload/program-files\\.ts$' },
      to: {
        path: '^packages/(promql/(src|dist)/rule-files|lab/(src|dist)/response-files/|homeostat/src/reload/(?!program-files))',
        dynamic: false,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'nobody-imports-the-all-in-one',
      severity: 'error',
      from: { path: '^packages/(?!homeostat/)' },
      to: { path: '^packages/homeostat/' },
    },
    {
      name: 'no-deep-imports',
      comment: 'Packages see each other through their published names only.',
      severity: 'error',
      from: { path: '^(packages|examples|test)/([^/]+)/' },
      to: { path: '^packages/([^/]+)/src/', pathNot: '^$1/$2/' },
    },
    {
      name: 'no-sdk-at-run-time',
      comment: 'One build serves SDK 2 and SDK 3, so an SDK is only ever a type.',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: 'node_modules/@opentelemetry/(?!api/)', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-test-code-in-packages',
      severity: 'error',
      from: { path: '^packages/[^/]+/src/' },
      to: { path: '^(test|examples)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules|/dist/' },
    // Tests are left out: they say `using`, which the parser does not know, and published names are all they can import.
    exclude: { path: '^(packages|examples)/[^/]+/test/|^packages/[^/]+/inlined/' },
    tsPreCompilationDeps: 'specify',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.js', '.json'],
    },
  },
}
