import { expect, test } from 'vitest'
import { parseHeapOptions, splitNodeOptions } from '../../src/signals/heap-options.ts'

test('the last one given counts, in both spellings', () => {
  expect(parseHeapOptions(['--max-old-space-size=192']).oldSpaceMb).toBe(192)
  expect(parseHeapOptions(['--max_old_space_size', '256', '--inspect']).oldSpaceMb).toBe(256)
  expect(parseHeapOptions(['--max-old-space-size=192', '--max-old-space-size=512']).oldSpaceMb).toBe(512)
  expect(parseHeapOptions(['--max_semi_space_size=8', '--max-old-space-size-percentage=12.5'])).toEqual({
    oldSpaceMb: undefined,
    oldSpacePercent: 12.5,
    semiSpaceMb: 8,
  })
})

test.each([[[]], [['--max-old-space-size=0']], [['--max-old-space-size']], [['--enable-source-maps', 'app.js']]])(
  'where V8 goes by its defaults there is nothing: %j',
  options => {
    expect(Object.values(parseHeapOptions(options)).filter(value => value !== undefined)).toEqual([])
  },
)

test('NODE_OPTIONS is split as Node splits it', () => {
  expect(splitNodeOptions('')).toEqual([])
  expect(splitNodeOptions('  --inspect   --max-old-space-size=100 ')).toEqual(['--inspect', '--max-old-space-size=100'])
  expect(splitNodeOptions('"--title=a \\"b\\" c" --require "./my file.js"')).toEqual([
    '--title=a "b" c',
    '--require',
    './my file.js',
  ])
})
