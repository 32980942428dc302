import { action, CANARY, cyclic, fail, response, rule } from './valid-parts.ts'

/** Given instead of an object of options, and what the first warning says. */
export const NOT_OPTIONS: readonly (readonly [name: string, given: unknown, line: RegExp])[] = [
  ['null', null, /^options is null, but must be an object of options; .*nothing goes further than advise$/],
  ['a number', 5, /^options is 5/],
  ['a bigint', 1n, /^options is the bigint 1n/],
  ['a symbol', Symbol('x'), /^options is a symbol/],
  ['a text', CANARY, /^options is a text of 18 characters/],
  ['a list', [], /^options is an empty list/],
  ['a Map', new Map([['mode', 'act']]), /^options is an object of the language, e\.g\. a Map or a Date/],
  ['an error', new Error(CANARY), /^options is an object of the language/],
  ['a promise', Promise.resolve({}), /^options is a promise that was not awaited/],
  ['a function', () => ({}), /^options is a function/],
  ['a proxy', new Proxy({}, { get: fail, ownKeys: fail, has: fail }), /^options is an object that cannot be read/],
  [
    'a getter that throws',
    Object.defineProperty({}, 'mode', { enumerable: true, get: fail }),
    /^mode is a getter that throws/,
  ],
  ['a revoked proxy', revoked(), /^options is an object that cannot be read/],
]

/** Options that hold values of a wrong type, and a warning that each gives. */
export const WRONG_VALUES: readonly (readonly [given: object, line: RegExp])[] = [
  [{ rules: {} }, /^rules is an object, but must be a list/],
  [{ rules: Promise.resolve([]) }, /^rules is a promise that was not awaited, but must be a list/],
  [{ responses: [{ ...response, options: cyclic }] }, /^responses\[0\]\.options is an object, but must be plain data/],
  [
    { responses: [{ ...response, options: { a: 1n } }] },
    /^responses\[0\]\.options is an object, but must be plain data/,
  ],
  [{ killFile: 'a\0b' }, /^killFile is a text of 3 characters, but must be a path; NO kill file/],
  [{ service: 'x'.repeat(5000) }, /^service is a text of 5,000 characters, but must be a text of 1 to 4096/],
  [{ rules: [null] }, /^rules\[0\] is null, but must be a rule/],
  [{ rules: [{}] }, /^rules\[0\]\.alert is missing/],
  [{ rules: [{ alert: 'A' }] }, /^rules\[0\]\.expr is missing, .*; rules\[0\] is left out$/],
  [{ rules: [{ alert: 'A', expr: 5 }] }, /^rules\[0\]\.expr is 5, but must be PromQL/],
  [{ rules: [{ alert: 'A', expr: 'sum(' }] }, /^rule "A", expr: /],
  [
    { rules: [{ ...rule, for: '5 minutes' }] },
    /^rules\[0\]\.for is a text of 9 characters, but must be a Prometheus duration/,
  ],
  [{ rules: [{ ...rule, for: 5 }] }, /^rules\[0\]\.for is 5, but must be a Prometheus duration/],
  [{ rules: [{ ...rule, keep_firing_for: '5m' }] }, /^rules\[0\]\.keep_firing_for .* did you mean keepFiringFor\?/],
  [{ rules: [{ ...rule, labels: { a: 1 } }] }, /^rules\[0\]\.labels\.a is not valid, but must be a text/],
  [{ rules: [{ name: 'g', rules: [{ alert: 'A' }] }] }, /^rules\[0\]\.rules\[0\]\.expr is missing/],
  [{ rules: [{ name: 'g', rules: {} }] }, /^rules\[0\]\.rules is an object, but must be a list/],
  [{ rules: [cyclic] }, /^rules\[0\]\.self is not an option/],
  [{ responses: [{}] }, /^responses\[0\]\.to is missing/],
  [{ responses: [null] }, /^responses\[0\] is null, but must be a response/],
  [{ responses: 'x' }, /^responses is a text of 1 character/],
  [{ mode: 1n }, /^mode is the bigint 1n/],
  [{ mode: {} }, /^mode is an object, but must be off, shadow, advise or act/],
  [{ mode: 'acct' }, /^mode is "acct", .* did you mean act\?$/],
  [{ mode: CANARY }, /^mode is a text of 18 characters/],
  [{ service: 5 }, /^service is 5/],
  [{ service: '' }, /^service is an empty text/],
  [{ ioredis: { loaders: {} } }, /^ioredis\.loaders is an object, but must be a list; there are no loaders$/],
  [{ loaders: {} }, /^loaders is not an option and is ignored/],
  [{ domains: [null] }, /^domains\[0\] is null, but must be a package/],
  [{ domains: [{}] }, /^domains\[0\]\.name is missing/],
  [{ domains: [{ name: 'x', instrumentation: 5 }] }, /^domains\[0\]\.instrumentation is 5, but must be/],
  [{ domains: [{ name: 'x', instrumentation: null }] }, /^domains\[0\]\.instrumentation is null, but must be/],
  [{ domains: [{ name: 'x', rules: {} }] }, /^domains\[0\]\.rules is an object, but must be a list/],
  [{ domains: [{ name: 'x', rules: null }] }, /^domains\[0\]\.rules is null, but must be a list/],
  [{ domains: [{ name: 'x', knobs: [{}] }] }, /^domains\[0\]\.knobs\[0\]/],
  [
    { domains: [{ name: 'x', reclaimers: [() => 1] }] },
    /^domains\[0\]\.reclaimers\[0\] is a function, but must be a reclaimer/,
  ],
  [{ domains: [{ name: 'x', follow: 5 }] }, /^domains\[0\]\.follow is 5, but must be a function/],
  [{ domains: [{ name: 'x', unseen: [] }] }, /^domains\[0\]\.unseen is an empty list, but must be a function/],
  [{ domains: [{ name: 'x', engine: 'etcd' }] }, /^domains\[0\]\.engine is .*, but must be a kind of server/],
  [
    { domains: [{ name: 'x', engine: { name: 'file', title: 'F' } }] },
    /^domains\[0\]\.engine\.name .*must be a letter/,
  ],
  [
    { domains: [{ name: 'x', engine: { name: 'etcd', title: 'a\nb' } }] },
    /^domains\[0\]\.engine\.title .*must be one line/,
  ],
  [
    { domains: [{ name: 'x', coordinators: () => [] }] },
    /^domains\[0\]\.engine is missing, so that no option can name/,
  ],
  [
    { domains: [{ name: 'x', instrumentaton: {} }] },
    /^domains\[0\]\.instrumentaton is not a field of a domain .* did you mean instrumentation\?$/,
  ],
  [
    {
      domains: [
        {
          name: 'x',
          get rules() {
            throw new Error('canary')
          },
        },
      ],
    },
    /^domains\[0\] is not valid; domains\[0\] is left out$/,
  ],
  [{ domains: [{ name: 'x', instrumentation: {} }] }, /^domains\[0\]\.instrumentation\.registry is missing/],
  [{ domains: {} }, /^domains is an object, but must be a list/],
  [{ actions: [null] }, /^actions\[0\] is null, but must be an action/],
  [{ actions: [{}] }, /^actions\[0\]\.name is missing/],
  [{ actions: [action, action] }, /^actions\[1\] has the name fan, which another/],
  [{ actions: [{ ...action, name: 'cache.warm' }] }, /^actions\[0\] has the name cache\.warm, which another/],
  [{ actions: [{ ...action, run: 5 }] }, /^actions\[0\]\.run is 5, but must be a function/],
  [{ actions: [{ ...action, risk: 7 }] }, /^actions\[0\]\.risk is 7/],
  [
    {
      actions: [
        {
          ...action,
          get scope() {
            return fail()
          },
        },
      ],
    },
    /^actions\[0\]\.scope is a getter that throws/,
  ],
  [{ pg: 5 }, /^pg is 5, but must be false, or an object of options; .* no further than advise$/],
  [{ pg: null }, /^pg is null/],
  [{ pg: [] }, /^pg is an empty list/],
  [{ pg: { mode: 'atc' } }, /^pg\.mode is "atc"/],
  [{ pg: { poolName: 'x' } }, /^pg\.poolName is a text of 1 character, but must be a function/],
  [{ runtime: { tempFolder: '/tmp' } }, /^runtime\.tempFolder is a text/],
  [{ forecast: { targets: [Symbol('x')] } }, /the target .* is left out/],
  [{ forecast: { backfill: { url: `http://u:${CANARY}@h`, days: -1 } } }, /^forecast\.backfill\.days is -1/],
  [{ forecast: { backfill: { url: { toString: fail } } } }, /^forecast\.backfill\.url is not valid/],
  [{ actionModes: 5 }, /^actionModes is 5, .* nothing goes further than advise$/],
  [{ actionModes: { 'cache.warm': 'atc' } }, /^actionModes\.cache\.warm is "atc"/],
  [{ actionModes: { 'cache.wram': 'act' } }, /^actionModes names cache\.wram, .* did you mean cache\.warm\?/],
  [{ maxMode: 'atc' }, /^maxMode is "atc"/],
  [{ coordinator: {} }, /^coordinator is an object, but must be false, or redis or postgres, or a coordinator/],
  [{ coordinator: `redis://:${CANARY}@h` }, /^coordinator is a text of \d+ characters/],
  [{ coordinator: 'rediss' }, /^coordinator is "rediss", .* did you mean redis\?$/],
  [{ stateStore: {} }, /^stateStore is an object/],
  [{ stateDir: 5 }, /^stateDir is 5/],
  [{ ruleFiles: 'a.yml' }, /^ruleFiles is a text/],
  [{ ruleFiles: [5] }, /^ruleFiles\[0\] is 5/],
  [{ environment: 5 }, /^environment is 5/],
  [Object.freeze({ intervalMs: Number.NaN }), /^intervalMs is NaN/],
  [Object.assign(Object.create(null) as object, { intervalMs: -0 }), /^intervalMs is -0/],
  [{ [`postgres://u:${CANARY}@h/d`]: 1 }, /^a name of \d+ characters is not an option/],
  [
    new (class Options {
      intervalms = 5
    })(),
    /^intervalms is not an option .* did you mean intervalMs\?$/,
  ],
]

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
