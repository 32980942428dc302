import { expect, test } from 'vitest'
import { withClaimsChecked } from '../src/examples/checked.ts'
import { examplesOfDocument, examplesOfSource, examplesWithoutCode } from '../src/examples/example.ts'
import { wholeModule } from '../src/examples/whole-module.ts'

const NOTHING_GIVEN = { earlier: [], given: new Map<string, string>() }

function document(...lines: string[]): ReturnType<typeof examplesOfDocument> {
  return examplesOfDocument('page.md', lines.join('\n'))
}

test('an example of a document has its line and code, and the reason why it is not run', () => {
  expect(
    document('text', '```ts', 'a()', '```', '```sh', 'ls', '```', '  ```js no-run: no server', '  b()', '  ```'),
  ).toEqual([
    { file: 'page.md', line: 3, code: 'a()' },
    { file: 'page.md', line: 9, code: 'b()', notRun: 'no server' },
  ])
})

test('a block below the name of a file is not an example', () => {
  expect(
    document('**`src/index.ts`**', '', '```ts', 'a()', '```', '', '```ts', 'b()', '```').map(({ code }) => code),
  ).toEqual(['b()'])
})

test('a block that does not end is an error', () => {
  expect(() => document('```ts', 'a()')).toThrow('page.md:1: a block of code that does not end')
})

test('an example of TSDoc is what stands in a fence after @example', () => {
  const source = [
    '/**',
    ' * Text.',
    ' *',
    ' * @example',
    ' * ```ts',
    ' * a() // 1',
    ' * ```',
    ' * @throws never',
    ' */',
  ]
  expect(examplesOfSource('a.ts', source.join('\n'))).toEqual([{ file: 'a.ts', line: 6, code: 'a() // 1' }])
  expect(examplesWithoutCode(source.join('\n'))).toEqual([])
})

test('an @example without a fence is found', () => {
  expect(examplesWithoutCode('/**\n * @example a()\n */')).toEqual([2])
})

test('an example takes from the earlier ones what it mentions, with what that needs, and no more', () => {
  const page = document(
    '```ts',
    "import { cache, other } from 'library'",
    'const size = 3',
    'const { first, second: renamed } = cache({',
    '  size,',
    '})',
    'first.start()',
    '```',
    '```ts',
    'renamed.stop()',
    '```',
  )
  expect(wholeModule(page[1]!, { ...NOTHING_GIVEN, earlier: page.slice(0, 1) }).code).toBe(
    [
      "import { cache } from 'library'",
      'const size = 3',
      'const { first, second: renamed } = cache({',
      '  size,',
      '})',
      'renamed.stop()',
      'export {}',
      '',
    ].join('\n'),
  )
})

test('an example takes given names, unless it or the page declares them or they stand in a text or behind a dot', () => {
  const given = new Map([['pool', "import { pool } from 'given'"]])
  const moduleOf = (code: string): string =>
    wholeModule(document('```ts', code, '```')[0]!, { earlier: [], given }).code
  expect(moduleOf('await pool.end()')).toContain("from 'given'")
  for (const code of ['const pool = 3', "log('pool')", 'h.pool', '// pool'])
    expect(moduleOf(code)).not.toContain('given')
})

test('the value in a comment behind a statement is checked, one that is cut is not', () => {
  expect(withClaimsChecked("format(5) // '5 s'\nlist() // ['a', …]\nconst a = 1 // 2")).toBe(
    "import { deepStrictEqual as claim } from 'node:assert/strict'\nclaim(format(5), '5 s')\nlist() // ['a', …]\nconst a = 1 // 2",
  )
})
