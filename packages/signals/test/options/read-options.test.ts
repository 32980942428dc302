import { describe, expect, it } from 'vitest'
import { group, readOptions, recordOf, text } from '../../src/options.ts'
import { sample, type Sample } from './sample-options.ts'

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
})
