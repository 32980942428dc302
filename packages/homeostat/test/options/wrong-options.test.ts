import { setTimeout as sleep } from 'node:timers/promises'
import { listOptions, type ListedOption } from '@homeostat/signals/options'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Action, HomeostatOptions, Response } from '../../src/index.ts'
import { Homeostat, homeostat, HomeostatReader } from '../../src/index.ts'
import { homeostatOptions } from '../../src/options/option-schema.ts'
import { parseResponseFile } from '../../src/reload/response-file.ts'

const CANARY = 'hunter2-Zebra-Lamp'
const rejections: unknown[] = []
const count = { code: 0, environment: 0, files: 0 }
let warnings: string[] = []
let started: Homeostat | undefined

process.on('unhandledRejection', reason => rejections.push(reason))

beforeEach(() => {
  warnings = []
  vi.spyOn(process, 'emitWarning').mockImplementation(message => void warnings.push(String(message)))
})

afterEach(async () => {
  await started?.stop()
  started = undefined
  vi.restoreAllMocks()
})

/** The lines that wrong options give. Homeostat starts all the same, and no line shows what may be a secret. */
function linesOf(given: unknown): string[] {
  warnings = []
  started = homeostat(given as HomeostatOptions)
  for (const line of warnings) expect(line).not.toMatch(/\n|hunter2|Zebra/)
  return warnings
}

/** As above, in an application that has nothing in its environment and begins no ticks. */
const linesOfOption = (given: object): string[] => linesOf({ autoStart: false, environment: {}, ...given })

const response: Response = { to: { alert: 'Hot' }, action: 'fan', priority: 'slo' }
const action: Action = {
  name: 'fan',
  scope: 'process',
  touches: [],
  raises: [],
  lowers: [],
  risk: 0,
  run: async () => ({ summary: '', effects: {} }),
}
const rule = { alert: 'Hot', expr: 'vector(1)' }
const knob = { name: 'k', scope: 'process', bounds: { min: 0, max: 1 }, read: () => 0, compareAndSet: () => true }
const loader = { name: 'l', client: { pttl: () => 0, set: () => 0 }, keys: () => [], load: () => '', ttlSeconds: 5 }
const cyclic: Record<string, unknown> = {}
cyclic['self'] = cyclic

describe('2-05: whatever is given instead of options, homeostat() starts and says what is wrong', () => {
  it.each<[string, unknown, RegExp]>([
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
  ])('%s', (_, given, line) => {
    count.code++
    expect(linesOf(given)[0]).toMatch(line)
  })

  it.each<[object, RegExp]>([
    [{ rules: {} }, /^rules is an object, but must be a list/],
    [{ rules: Promise.resolve([]) }, /^rules is a promise that was not awaited, but must be a list/],
    [
      { responses: [{ ...response, options: cyclic }] },
      /^responses\[0\]\.options is an object, but must be plain data/,
    ],
    [
      { responses: [{ ...response, options: { a: 1n } }] },
      /^responses\[0\]\.options is an object, but must be plain data/,
    ],
    [{ killFile: 'a\0b' }, /^killFile is a text of 3 characters, but must be a path; NO kill file/],
    [{ service: 'x'.repeat(5000) }, /^service is a text of 5000 characters, but must be a text of 1 to 4096/],
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
    [{ domains: [{ name: 'x' }] }, /^domains\[0\]\.instrumentation is missing/],
    [{ domains: [{ name: 'x', instrumentation: {} }] }, /^domains\[0\]\.instrumentation\.registry is missing/],
    [{ domains: {} }, /^domains is an object, but must be a list/],
    [{ actions: [null] }, /^actions\[0\] is null, but must be an action/],
    [{ actions: [{}] }, /^actions\[0\]\.name is missing/],
    [{ actions: [action, action] }, /^actions\[1\] is called fan, but another/],
    [{ actions: [{ ...action, name: 'cache.warm' }] }, /^actions\[0\] is called cache\.warm, but another/],
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
  ])('%#', (given, line) => {
    count.code++
    expect(linesOfOption(given)).toContainEqual(expect.stringMatching(line))
  })
})

describe('2-06: values of a dangerous meaning are refused', () => {
  it.each<[object, RegExp]>([
    [{ warmUpMs: 'x' }, /^warmUpMs is a text of 1 character, .* 60000 is used$/],
    [{ pg: { slowQueryThresholdMs: '20' } }, /^pg\.slowQueryThresholdMs is the text "20", .* 200 is used$/],
    [{ budget: { runsPerHour: Number.NaN } }, /^budget\.runsPerHour is NaN, .* 20 is used$/],
    [{ budget: 'none' }, /^budget is a text of 4 characters/],
    [{ budget: { runPerHour: 1 } }, /^budget\.runPerHour .* did you mean runsPerHour\?/],
    [{ responses: [{ ...response, cooldownMs: Number.NaN }] }, /^responses\[0\]\.cooldownMs is NaN/],
    [{ responses: [{ ...response, cooldownMs: -1e9 }] }, /^responses\[0\]\.cooldownMs is -1000000000/],
    [
      { responses: [{ ...response, priority: 'saftey' }] },
      /^responses\[0\]\.priority is "saftey", .* did you mean safety\?/,
    ],
    [{ responses: [{ ...response, gaurds: [] }] }, /^responses\[0\]\.gaurds .* did you mean guards\?/],
    [
      { responses: [{ ...response, guards: [{ expr: 'x[5m]', notWorseThan: 0 }] }] },
      /guards\[0\]\.expr must be a vector/,
    ],
    [
      { responses: [{ ...response, guards: [{ expr: 'sum(', notWorseThan: 0 }] }] },
      /guards\[0\]\.expr cannot be read as PromQL/,
    ],
    [{ responses: [{ ...response, clear: 'x >' }] }, /^responses\[0\]\.clear cannot be read as PromQL/],
    [{ responses: [{ ...response, to: { alert: 'Hot', labels: 5 } }] }, /^responses\[0\]\.to\.labels is 5/],
    [
      { responses: [{ ...response, design: { kind: 'switchback', blocks: 7 } }] },
      /^responses\[0\]\.design needs an even/,
    ],
    [{ responses: [{ ...response, expect: { expr: 'x' } }] }, /^responses\[0\]\.expect\.direction is missing/],
    [{ killSignal: 'SIGFOO' }, /^killSignal is "SIGFOO", .* SIGUSR2/],
    [{ killSignal: 'SIGKILL' }, /^killSignal is .* must be a signal that has no other task/],
    ...[
      'SIGTERM',
      'SIGINT',
      'SIGQUIT',
      'SIGSEGV',
      'SIGCHLD',
      'SIGPIPE',
      'SIGPROF',
      'SIGALRM',
      'SIGWINCH',
      'SIGCONT',
    ].map((killSignal): [object, RegExp] => [
      { killSignal },
      /^killSignal is .* must be a signal that has no other task/,
    ]),
    [{ killFile: 5 }, /^killFile is 5, .* NO kill file is watched/],
    [{ ioRedis: {} }, /^ioRedis is not an option and is ignored; did you mean ioredis\?$/],
    [{ interval: 1000 }, /^interval is not an option and is ignored/],
    [
      { knobs: [{ ...knob, name: 'x'.repeat(501) }] },
      /^knobs\[0\]\.name must have at most 500 characters; knobs\[0\] is left out$/,
    ],
    [{ knobs: [{ name: 'x' }] }, /^knobs\[0\]\.scope is missing/],
    [{ knobs: [{ ...knob, bounds: { min: 2, max: 1 } }] }, /^knobs\[0\]\.bounds has a min above its max/],
    [{ knobs: [{ ...knob, bounds: { min: 0, max: Number.NaN } }] }, /^knobs\[0\]\.bounds\.max is NaN/],
    [{ knobs: [{ ...knob, actions: { a: { to: 1, by: 1 } } }] }, /^knobs\[0\]\.actions\.a must have one of/],
    [{ ioredis: { loaders: [{ ...loader, keys: undefined }] } }, /^ioredis\.loaders\[0\]\.keys is missing/],
    [{ ioredis: { loaders: [{ ...loader, ttlSeconds: 0 }] } }, /^ioredis\.loaders\[0\]\.ttlSeconds is 0/],
    [
      { ioredis: { loaders: [{ ...loader, concurrency: Infinity }] } },
      /^ioredis\.loaders\[0\]\.concurrency is Infinity/,
    ],
    [{ ioredis: { loaders: [{ ...loader, client: {} }] } }, /^ioredis\.loaders\[0\]\.client is an object, but must be/],
  ])('%#', (given, line) => {
    count.code++
    expect(linesOfOption(given)).toContainEqual(expect.stringMatching(line))
  })

  it('a wrong mode never comes to more than advise', () => {
    const act = { mode: 'act' } as const
    const modeOf = (given: object, name: string): string => {
      linesOfOption(given)
      return (started as unknown as { optimizer: { mode: string } }).optimizer.mode + name
    }
    expect(modeOf({ mode: 'ACT' }, '')).toBe('advise')
    expect(modeOf({ ...act, maxMode: 'advice' }, '')).toBe('advise')
    expect(modeOf({ ...act, actionModes: 'cache.warm=off' }, '')).toBe('advise')
    expect(modeOf({ mode: 'sahdow', environment: { HOMEOSTAT_MODE: 'off' } }, '')).toBe('off')
    expect(modeOf({ mode: 'sahdow', environment: { HOMEOSTAT_MODE: 'act' } }, '')).toBe('advise')
    expect(modeOf({ environment: { HOMEOSTAT_MODE: 'Act' } }, '')).toBe('advise')
    expect(modeOf({ ...act, environment: { HOMEOSTAT_MAX_MODE: 'none' } }, '')).toBe('advise')
    expect(modeOf(null as never, '')).toBe('advise')
  })
})

it.each([1500.5, Number.NaN, -5, 0, Infinity, 1e12, '10', null])(
  '2-01: a response with timeoutMs %s is refused when it is read',
  timeoutMs => {
    count.code++
    const rest = { rules: [rule], actions: [action] }
    expect(linesOfOption({ ...rest, responses: [{ ...response, timeoutMs }, response] })).toEqual([
      expect.stringMatching(
        /^responses\[0\]\.timeoutMs is .*, but must be a whole number from 1 to 3600000 \(ms\); responses\[0\] is left out$/,
      ),
    ])
  },
)

it.each(['60d', '0s'])('2-01: a response file with timeout: %s is refused with its place', timeout => {
  count.files++
  const text = `responses:\n  - { alert: Hot, action: fan, priority: slo, timeout: ${timeout} }`
  expect(parseResponseFile(text, { file: 'r.yml' }).errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^r\.yml:2:\d+: timeout is \d+, but must be a whole number from 1 to 3600000 \(ms\)$/),
  ])
})

it('2-08: an action without touches is refused at the start, and the others act', async () => {
  const { touches: _, ...careless } = { ...action, name: 'careless' }
  const responses = [{ ...response, action: 'careless' }, response]
  linesOfOption({ mode: 'act', warmUpMs: 0, rules: [rule], responses, actions: [careless, action] })
  expect(warnings).toEqual([
    "actions[0].touches is missing, but must be a list of resources, e.g. ['memory']; actions[0] is left out",
    'responses[0], to Hot: no package in use brings an action or a knob "careless"',
  ])
  const result = await started?.optimizePerformance()
  expect(result).toMatchObject({ optimizationsApplied: 1 })
})

it.each<[object, RegExp]>([
  [{ exporter: undefined }, /^exporter is missing/],
  [{ exporter: {} }, /^exporter is an object, but must be a push metric exporter/],
  ...[0, -1, Number.NaN, Infinity, 2 ** 31, '60000'].map((ms): [object, RegExp] => [
    { exportIntervalMillis: ms },
    /^exportIntervalMillis is .* 60000 is used$/,
  ]),
])('2-07: HomeostatReader starts with %o and says what is wrong', (given, line) => {
  count.code++
  const exporter = { export: () => undefined, forceFlush: async () => undefined, shutdown: async () => undefined }
  const reader = new HomeostatReader({ exporter, autoStart: false, environment: {}, ...given } as never)
  started = reader.homeostat
  expect(warnings).toEqual([expect.stringMatching(line)])
})

const listed = listOptions(homeostatOptions)

describe('2-05, 2-06, 2-07: every option of the schema refuses values of other types and beyond its bounds', () => {
  it.each(listed.map((option): [string, ListedOption] => [option.path, option]))('%s', (path, option) => {
    for (const wrong of wrongValuesOf(option)) {
      count.code++
      const lines = linesOfOption(nested(option.keys, wrong))
      expect(lines.some(line => line.startsWith(`${path} is `) && line.includes('but must be'))).toBe(true)
      expect(lines.length).toBeLessThanOrEqual(2)
      void started?.stop()
    }
  })
})

describe('every variable refuses a text that it has no use for, and an unknown one is named', () => {
  const variables = listed.flatMap(option =>
    option.variable === undefined ? [] : [[option.variable, option] as const],
  )

  it.each(variables)('%s', (variable, { schema }) => {
    const texts =
      schema.type === 'string' || /SERVICE|DIR|FILE|ROOT|NAME|URL/.test(variable)
        ? ['x'.repeat(5000)]
        : ['1e999', CANARY]
    for (const text of texts) {
      count.environment++
      const lines = linesOf({ autoStart: false, environment: { [variable]: text } })
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^${variable} (is|must be) `)))
      void started?.stop()
    }
    count.environment++
    expect(linesOf({ autoStart: false, environment: { [`${variable}S`]: '1' } })).toEqual([
      expect.stringMatching(new RegExp(`^${variable}S is not a variable .*did you mean HOMEOSTAT_`)),
    ])
  })

  it('one that is valid gives way to code and comes before the default', () => {
    const environment = {
      HOMEOSTAT_MODE: 'shadow',
      HOMEOSTAT_PG: 'false',
      HOMEOSTAT_BUDGET_RUNS_PER_HOUR: '3',
      HOMEOSTAT_DISABLED: '',
    }
    expect(linesOf({ autoStart: false, environment })).toEqual([])
    expect(started?.mode).toBe('shadow')
    expect(started?.instrumentations.some(({ instrumentationName }) => instrumentationName === '@homeostat/pg')).toBe(
      false,
    )
    expect(linesOf({ autoStart: false, environment, mode: 'off' })).toEqual([])
    expect(started?.mode).toBe('off')
  })
})

describe('what is refused in code is refused in files, with its place', () => {
  it.each([
    'cooldown: 60d',
    'timeout: 2h',
    'timeout: soon',
    'timeout: -5s',
    'priority: saftey',
    'max_mode: acct',
    'withhold: 5',
    'preventive: perhaps',
    'clear: "sum("',
    'clear: "x[5m]"',
    'guards: {}',
    'guards: [{ expr: x }]',
    'guards: [{ expr: x, not_worse_than: -1 }]',
    'guards: [{ expr: x, not_worse_than: .inf }]',
    'guards: [{ expr: x, not_worse_than: 1e10 }]',
    'guards: [{ expr: x, not_worse_than: 0, direction: left }]',
    'guards: [{ expr: x, not_worse_than: 0, kind: big }]',
    'guards: [{ expr: x, not_worse_than: 0, denominator: "(" }]',
    'expect: { expr: x }',
    'expect: { expr: x, direction: up, settle: 30d }',
    'expect: { expr: x, direction: up, window: 0s }',
    'expect: { expr: x, direction: up, worth: .nan }',
    'expect: { expr: "x[1m]", direction: up }',
    'requires: [{ expr: x }]',
    'requires: [{ expr: "", otherwise: y }]',
    'design: { kind: split, blocks: 1 }',
    'design: { kind: switchback, blocks: 7 }',
    'design: { kind: switchback, blocks: 1e6 }',
    'design: { kind: neither }',
    'design: { kind: split, block: 0s }',
    'gaurds: []',
    'labels: []',
  ])('%s', field => {
    count.files++
    const known = field.startsWith('priority') ? '' : 'priority: slo, '
    const text = `responses:\n  - { alert: Hot, action: fan, ${known}${field} }\n  - { alert: B, action: fan, priority: slo }`
    const { errors, responses } = parseResponseFile(text, { file: 'r.yml' })
    expect(errors).toHaveLength(1)
    expect(errors[0]?.message).toMatch(/^r\.yml:2:\d+: /)
    expect(responses.map(({ response }) => response.to.alert)).toEqual(['B'])
  })
})

afterAll(async () => {
  await sleep(50)
  const total = count.code + count.environment + count.files
  console.log(
    `${total} wrong configurations: ${JSON.stringify(count)}, 0 throws, ${rejections.length} unhandled rejections`,
  )
  expect(rejections).toEqual([])
  // Only when the whole file ran.
  if (count.files > 30 && count.environment > 30) expect(total).toBeGreaterThanOrEqual(300)
})

/** Values that an option of this type and these bounds must not take. */
function wrongValuesOf({ details, schema }: ListedOption): unknown[] {
  if (details.isCodeOnly) return [5n]
  const always: unknown[] = [null]
  if (/number/.test(details.expected)) return [null, Number.NaN, Infinity, 2 ** 60, '20']
  return schema.type === 'union' ? [...always, CANARY] : [...always, 5]
}

function nested(keys: readonly string[], value: unknown): object {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
}

function fail(): never {
  throw new Error(CANARY)
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}
