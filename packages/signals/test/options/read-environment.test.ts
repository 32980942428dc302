import { describe, expect, it } from 'vitest'
import { group, listOf, mergeOptions, number, readEnvironment, recordOf, text } from '../../src/options.ts'
import { sample, type Sample } from './sample-options.ts'

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

  it('are reported up to a hundred unknown ones', () => {
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
