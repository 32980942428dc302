import { describe, expect, it } from 'vitest'
import { either, exactly, group, listOf, milliseconds, readOptions, recordOf, withCheck } from '../../src/options.ts'

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
