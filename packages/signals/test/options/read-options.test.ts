import { describe, expect, it } from 'vitest'
import {
  either,
  exactly,
  flag,
  group,
  listOf,
  mergeOptions,
  milliseconds,
  number,
  oneOf,
  readEnvironment,
  readOptions,
  recordOf,
  text,
  whole,
  withCheck,
} from '../../src/options.ts'

interface Item {
  readonly name: string
  readonly isOn?: boolean
}

interface Sample {
  readonly everyMs?: number
  readonly share?: number
  readonly mode?: 'off' | 'advise' | 'act'
  readonly secret?: string
  readonly watch?: false | { readonly limitMs?: number }
  readonly items?: readonly Item[]
}

const sample = group<Sample>(
  {
    everyMs: milliseconds({ least: 10, default: 5000, description: 'time between ticks' }),
    share: number({ least: 0, most: 1, default: 0.5, description: 'a share' }),
    mode: oneOf(['off', 'advise', 'act'], { default: 'advise', description: 'how far it may go' }),
    secret: text({ isSecret: true, expected: 'an address', description: 'an address' }),
    watch: either(
      [
        exactly(false, { description: 'off' }),
        group<{ readonly limitMs?: number }>(
          { limitMs: milliseconds({ default: 100, description: 'a limit' }) },
          { description: 'how it watches' },
        ),
      ],
      { description: 'the watch' },
    ),
    items: listOf(
      withCheck(
        whole<Item>(
          { name: text({ description: 'a name' }) },
          { isOn: flag({ description: 'whether' }) },
          { description: 'an item' },
        ),
        ({ name }) => (name === 'none' ? 'has the name none' : undefined),
      ),
      { description: 'items' },
    ),
  },
  { description: 'options' },
)

const few = (value: false | object): string | undefined =>
  Object.keys(value).length > 1 ? 'must have one item' : undefined

describe('a condition over a whole value is checked', () => {
  const limit = milliseconds({ description: 'a limit' })
  const notes = { description: 'values', whenWrong: 'none is used' }
  const list = withCheck(listOf(limit, notes), few)
  it.each([
    ['a list', list, [1, 2], [1]],
    ['a record', withCheck(recordOf(limit, notes), few), { a: 1, b: 2 }, { a: 1 }],
    [
      'a group',
      withCheck(group<{ a?: number; b?: number }>({ a: limit, b: limit }, notes), few),
      { a: 1, b: 2 },
      { a: 1 },
    ],
    ['alternatives', either([exactly(false, notes), list], notes), [1, 2], [1]],
    [
      'alternatives with a condition of their own',
      withCheck(either([exactly(false, notes), listOf(limit, notes)], notes), few),
      [1, 2],
      [1],
    ],
  ] as const)('of %s', (_name, schema, wrong, right) => {
    const options = group<{ readonly values?: unknown }>({ values: schema as never }, { description: 'options' })
    expect(readOptions(options, { values: wrong })).toMatchObject({
      options: {},
      problems: [{ path: 'values', message: 'values must have one item; none is used' }],
    })
    expect(readOptions(options, { values: right })).toMatchObject({ options: { values: right }, problems: [] })
  })

  it('of a list whose condition cannot be checked', () => {
    const broken = withCheck(listOf(limit, notes), () => {
      throw new Error('broken')
    })
    const options = group<{ readonly values?: unknown }>({ values: broken as never }, { description: 'options' })
    expect(readOptions(options, { values: [1] }).options).toEqual({})
  })
})

const messages = (given: unknown): string[] => readOptions(sample, given).problems.map(({ message }) => message)

describe('options from code', () => {
  it('are copied when they are valid', () => {
    const given: Sample = { everyMs: 20, mode: 'act', watch: { limitMs: 5 }, items: [{ name: 'a' }] }
    const { options, problems } = readOptions(sample, given)
    expect(problems).toEqual([])
    expect(options).toEqual(given)
    expect(options).not.toBe(given)
  })

  it('lose only what is not valid, and each mistake is one line', () => {
    const given = { everyMs: 2 ** 31, mdoe: 'act', mode: 'acct', share: 0.2, items: [{ name: 'a' }, null, { name: 5 }] }
    const { options, problems } = readOptions(sample, given)
    expect(options).toEqual({ share: 0.2, items: [{ name: 'a' }] })
    expect(problems.map(({ message }) => message)).toEqual([
      'mdoe is not an option and is ignored; did you mean mode?',
      'everyMs is 2147483648, but must be a whole number from 10 to 86400000 (ms); 5000 is used',
      'mode is "acct", but must be off, advise or act; advise is used; did you mean act?',
      'items[1] is null, but must be an object; items[1] is left out',
      'items[2].name is 5, but must be a text of 1 to 4096 characters; items[2] is left out',
    ])
  })

  it.each<[unknown, RegExp]>([
    [null, /^options is null, but must be an object/],
    [5n, /^options is the bigint 5n/],
    [Symbol('x'), /^options is a symbol/],
    [[], /^options is an empty list/],
    [{ everyMs: Number.NaN }, /^everyMs is NaN/],
    [{ everyMs: '20' }, /^everyMs is the text "20"/],
    [{ everyMs: new Date(0) }, /^everyMs is an object of the language/],
    [{ watch: true }, /^watch is true, but must be false, or an object of options/],
    [{ watch: { limitMs: -1 } }, /^watch.limitMs is -1, .* 100 is used$/],
    [{ items: { length: 3 } }, /^items is an object, but must be a list/],
    [
      { items: [{ nmae: 'a' }] },
      /^items\[0\].nmae is not an option of items\[0\]; items\[0\] is left out; did you mean name\?$/,
    ],
    [{ items: [{ name: 'none' }] }, /^items\[0\] has the name none; items\[0\] is left out$/],
    [
      {
        get everyMs(): number {
          throw new Error('no')
        },
      },
      /^everyMs is a getter that throws/,
    ],
    [
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no')
          },
        },
      ),
      /^options is an object that cannot be read/,
    ],
    [{ items: Proxy.revocable([], {}).proxy }, undefined as never],
    [{ items: revoked() }, /^items is an object that cannot be read/],
    [{ [`postgres://u:${'p'.repeat(50)}@h/d`]: 1 }, /^a name of 67 characters is not an option/],
  ])('%# never throw', (given, line) => {
    if (line === undefined) expect(messages(given)).toEqual([])
    else expect(messages(given)[0]).toMatch(line)
  })

  it('are never shown where they may be a secret', () => {
    const canary = 'hunter2-Zebra-48'
    for (const given of [
      { secret: 5 },
      { secret: '' },
      { mode: canary },
      { everyMs: canary },
      { share: [canary] },
      canary,
      [canary],
    ])
      expect(messages(given).join('\n')).not.toMatch(/hunter2|Zebra/)
  })

  it('are listed up to a hundred mistakes', () => {
    expect(messages({ items: Array.from({ length: 9000 }, () => null) })).toHaveLength(100)
    expect(messages({ items: Array.from({ length: 10_001 }, () => null) })).toEqual([
      'items is a list of 10001, but must be a list of at most 10000; it is ignored',
    ])
  })
})

describe('options from the environment', () => {
  it('are read as the type that the option has', () => {
    const environment = {
      HOMEOSTAT_EVERY_MS: '20',
      HOMEOSTAT_MODE: 'act',
      HOMEOSTAT_WATCH_LIMIT_MS: '7',
      HOMEOSTAT_SHARE: '',
    }
    const { options, problems } = readEnvironment(sample, environment)
    expect(problems).toEqual([])
    expect(options).toEqual({ everyMs: 20, mode: 'act', watch: { limitMs: 7 } })
    expect(readEnvironment(sample, { HOMEOSTAT_WATCH: 'off', HOMEOSTAT_WATCH_LIMIT_MS: '7' }).options).toEqual({
      watch: false,
    })
  })

  it('are reported with the name of the variable, unknown ones with the closest known one', () => {
    const { problems } = readEnvironment(
      sample,
      { HOMEOSTAT_EVERY_MS: '0x20', HOMEOSTAT_MODDE: 'act', HOMEOSTAT_OTHER: '1' },
      ['HOMEOSTAT_OTHER'],
    )
    expect(problems.map(({ message }) => message)).toEqual([
      'HOMEOSTAT_EVERY_MS is a text of 4 characters, but must be a whole number from 10 to 86400000 (ms); 5000 is used',
      'HOMEOSTAT_MODDE is not a variable that Homeostat knows and is ignored; did you mean HOMEOSTAT_MODE?',
    ])
  })

  it('are lists and records as OpenTelemetry writes them, and lose only the parts that are not valid', () => {
    interface Parts {
      readonly files?: readonly string[]
      readonly limits?: Readonly<Record<string, number>>
    }
    const parts = group<Parts>(
      {
        files: listOf(text({ description: 'a path' }), { description: 'files' }),
        limits: recordOf(number({ least: 0, most: 9, description: 'a limit' }), { description: 'limits' }),
      },
      { description: 'options' },
    )
    const read = (variables: Record<string, string>) => readEnvironment(parts, variables)
    expect(read({ HOMEOSTAT_FILES: 'a.yml, b=1.yml,,', HOMEOSTAT_LIMITS: 'cache.warm=1, b = 2' })).toEqual({
      options: { files: ['a.yml', 'b=1.yml'], limits: { 'cache.warm': 1, b: 2 } },
      problems: [],
    })
    const wrong = read({ HOMEOSTAT_FILES: `a.yml,${'x'.repeat(5000)}`, HOMEOSTAT_LIMITS: 'a=-1,b=2,__proto__=1' })
    expect(wrong.options).toEqual({ files: ['a.yml'], limits: { b: 2, ['__proto__']: 1 } })
    expect(wrong.problems.map(({ path }) => path)).toEqual(['HOMEOSTAT_FILES', 'HOMEOSTAT_LIMITS'])
    for (const text of ['1', '=1', 'a', 'a=1,b', ',=', 'a=1,a=2', '{"a":1}']) {
      const { options, problems } = read({ HOMEOSTAT_LIMITS: text })
      expect(options.limits ?? {}, text).toEqual({})
      expect(problems, text).toHaveLength(1)
      expect(problems[0]!.message).toContain('but must be pairs like name=value,other=value, each name once')
    }
  })

  it('give way to those from code, option by option', () => {
    expect(mergeOptions<Sample>({ watch: {}, everyMs: 1 }, { watch: { limitMs: 7 }, everyMs: 2, share: 1 })).toEqual({
      watch: { limitMs: 7 },
      everyMs: 1,
      share: 1,
    })
    expect(mergeOptions<Sample>({ watch: false }, { watch: { limitMs: 7 } })).toEqual({ watch: false })
  })
})

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable([], {})
  revoke()
  return proxy
}

describe('options of more fields than anybody writes', () => {
  const many = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`everyMz${index}`, 1]))

  it('reads no more than 10,000 names, and compares only those that it reports', () => {
    let reads = 0
    const counting = new Proxy(many, {
      get(target, name) {
        reads++
        return target[name as string]
      },
      getOwnPropertyDescriptor(target, name) {
        reads++
        return Reflect.getOwnPropertyDescriptor(target, name)
      },
    })
    const { problems } = readOptions(sample, counting)
    expect(problems).toHaveLength(100)
    expect(reads).toBeLessThan(50_000)
  })

  it('refuses a record of more than 10,000 entries', () => {
    const labels = group(
      { labels: recordOf(text({ description: 'a label' }), { description: 'labels' }) },
      { description: 'a rule' },
    )
    const { options, problems } = readOptions(labels, { labels: many })
    expect(options).toEqual({})
    expect(problems.map(({ message }) => message)).toEqual([
      'labels is an object of more than 10000 fields, but must be an object of at most 10000 fields; it is ignored',
    ])
  })

  it('reports 100 unknown variables of the environment at most', () => {
    const environment = Object.fromEntries(Array.from({ length: 1000 }, (_, index) => [`HOMEOSTAT_X${index}`, '1']))
    expect(readEnvironment(sample, environment).problems).toHaveLength(100)
  })
})

describe('an environment that does not hold texts', () => {
  const lines = (environment: object): string[] =>
    readEnvironment(sample, environment as never, ['OTEL_SERVICE_NAME']).problems.map(({ message }) => message)

  it('warns of each variable that is read and is not a text', () => {
    expect(lines({ HOMEOSTAT_EVERY_MS: 5, HOMEOSTAT_MODE: null, OTEL_SERVICE_NAME: {}, OTHER: 7 })).toEqual([
      'HOMEOSTAT_EVERY_MS is 5, but must be a text; it is ignored',
      'HOMEOSTAT_MODE is null, but must be a text; it is ignored',
      'OTEL_SERVICE_NAME is an object, but must be a text; it is ignored',
    ])
  })

  it('warns of a getter that throws, and of an object whose names cannot be read', () => {
    const fail = (): never => {
      throw new Error('canary')
    }
    expect(
      lines({
        get HOMEOSTAT_MODE() {
          return fail()
        },
      }),
    ).toEqual(['HOMEOSTAT_MODE cannot be read; it is ignored'])
    expect(lines(new Proxy({}, { ownKeys: fail }))).toEqual(['environment cannot be read; its variables are ignored'])
  })
})
