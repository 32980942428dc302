import { setTimeout as sleep } from 'node:timers/promises'
import { listOptions, type ListedOption } from '@homeostat/signals/options'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { HomeostatOptions } from '../../src/index.ts'
import { Homeostat, homeostat, HomeostatReader } from '../../src/index.ts'
import { homeostatOptions } from '../../src/options/option-schema.ts'
import { parseResponseFile } from '../../src/reload/response-file.ts'
import { DANGEROUS_VALUES } from './wrong-options/dangerous-values.ts'
import { action, CANARY, response, rule } from './wrong-options/valid-parts.ts'
import { WRONG_RESPONSE_FIELDS } from './wrong-options/wrong-response-fields.ts'
import { NOT_OPTIONS, WRONG_VALUES } from './wrong-options/wrong-values.ts'

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

describe('2-05: whatever is given instead of options, homeostat() starts and reports the mistake', () => {
  it.each(NOT_OPTIONS)('%s', (_, given, line) => {
    count.code++
    expect(linesOf(given)[0]).toMatch(line)
  })

  it.each(WRONG_VALUES)('%#', (given, line) => {
    count.code++
    expect(linesOfOption(given)).toContainEqual(expect.stringMatching(line))
  })
})

describe('2-06: values of a dangerous meaning are refused', () => {
  it.each(DANGEROUS_VALUES)('%#', (given, line) => {
    count.code++
    expect(linesOfOption(given)).toContainEqual(expect.stringMatching(line))
  })

  it('a name that has two modes in a variable comes to advise', () => {
    const environment = { HOMEOSTAT_ACTION_MODES: 'cache.warm=off,cache.warm=act' }
    expect(linesOfOption({ environment })).toHaveLength(1)
    expect(started!.mode).toBe('advise')
  })

  it('thousands of actions that nobody provides are counted, and compared with those that somebody provides', () => {
    const names = Array.from({ length: 5000 }, (_, index) => `a${index}`)
    const lines = linesOfOption({ actionModes: Object.fromEntries(names.map(name => [name, 'advise'])) })
    expect(lines).toHaveLength(21)
    expect(lines.at(-1)).toContain('4,980 more')
    expect(lines.filter(line => line.includes('did you mean'))).toEqual([])
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
    'responses[0], to Hot: no package in use provides an action or a knob "careless"',
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

  it.each(variables)('%s', (variable, { schema, details }) => {
    if (details.expected.startsWith('a list')) {
      count.environment++
      const lines = linesOf({ autoStart: false, environment: { [variable]: `a,${'x'.repeat(5000)},b` } })
      // The short texts may be wrong in their own way.
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(String.raw`^${variable}\[1\] is .*, but must be `)))
      void started?.stop()
      return
    }
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

describe('a mistake that is refused in code is refused in files, with its place', () => {
  it.each(WRONG_RESPONSE_FIELDS)('%s', field => {
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
  return schema.type === 'either' ? [...always, CANARY] : [...always, 5]
}

function nested(keys: readonly string[], value: unknown): object {
  return keys.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as object
}
