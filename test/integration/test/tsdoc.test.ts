import { globSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { exportsOf } from '../src/declarations.ts'
import { packageDoors } from '../src/doors.ts'
import { openQuestions, undocumentedThrows } from '../src/tsdoc.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))
const sources = globSync('packages/*/src/**/*.ts', { cwd: root })
  .toSorted()
  .map(file => ({ file, text: readFileSync(root + file, 'utf8') }))

/** The names that packages export, each with the source file that declares it. */
const exported = new Set(
  packageDoors().flatMap(({ url }) =>
    exportsOf(url).map(({ name, file }) => `${file.replace('/dist/', '/src/').replace(/\.d\.ts$/, '.ts')} ${name}`),
  ),
)

test('each optional option has its @default, and each number its unit or what it counts', () => {
  const open = sources.flatMap(({ file, text }) =>
    openQuestions(text).map(({ member, missing }) => `${file}: ${member} has no ${missing}`),
  )
  expect(open).toEqual([])
})

test('each exported function and method that throws an error of its own has @throws', () => {
  const undocumented = sources.flatMap(({ file, text }) =>
    undocumentedThrows(text)
      .filter(name => exported.has(`${file} ${name.split('.')[0]}`))
      .map(name => `${file}: ${name}`),
  )
  expect(undocumented).toEqual([])
})

test('no comment cites a text that its reader cannot open', () => {
  const cited = sources.flatMap(({ file, text }) =>
    text
      .split('\n')
      .flatMap((line, at) =>
        /(?:\/\/|^\s*\*|\/\*\*).*(?:research of|research §|\.\.\/shared)/.test(line) ? [`${file}:${at + 1}`] : [],
      ),
  )
  expect(cited).toEqual([])
})

test('a comment that names a method by its author has its year or address in the same file', () => {
  const methods =
    /(?:\/\/|^\s*\*|\/\*\*).*\b(?:Wilcoxon|Mann-|Fisher|Welford|Theil|Wilson|Student|Kalman|Platt|Pearson|Shiryaev|Bonferroni|Hodges|Lehmann|Pollak|Brier|Holt|Cestnik|FNV|Murmur|Levenshtein)/m
  const source = /(?:\/\/|^\s*\*|\/\*\*).*(?:\b(?:1[89]|20)\d\d\b|https?:\/\/|Abramowitz and Stegun)/m
  const cited = sources.filter(({ text }) => methods.test(text))
  expect(cited.length).toBeGreaterThan(10)
  expect(cited.filter(({ text }) => !source.test(text)).map(({ file }) => file)).toEqual([])
})

describe('the check of TSDoc finds', () => {
  test('an optional option without a default, and a number without a unit', () => {
    const source = [
      'export interface ThingOptions {',
      '  /** Said. @default 3 */',
      '  readonly said?: number',
      '  readonly stepMs?: number',
      '  readonly most: number',
      '  /**',
      '   * Over two lines.',
      '   */',
      '  given?(name: string): void',
      '}',
      'export interface Thing {',
      '  readonly other?: number',
      '}',
    ]
    expect(openQuestions(source.join('\n'))).toEqual([
      { member: 'ThingOptions.stepMs', missing: '@default' },
      { member: 'ThingOptions.most', missing: 'a unit' },
      { member: 'ThingOptions.given', missing: '@default' },
    ])
  })

  test('a function and a method that throw without saying so, and no others', () => {
    const source = [
      '/** @throws TypeError always */',
      'export function said(): void {',
      "  throw new TypeError('a')",
      '}',
      'export async function silent(): Promise<void> {',
      "  throw new TypeError('a')",
      '}',
      'export function again(): void {',
      '  try { said() } catch (error) { throw error }',
      '}',
      'export class Thing {',
      '  /** Sets it. */',
      '  set(value: number): void {',
      "    if (value < 0) throw new RangeError('a')",
      '  }',
      '  #own(): void {',
      "    throw new TypeError('a')",
      '  }',
      '}',
    ]
    expect(undocumentedThrows(source.join('\n'))).toEqual(['silent', 'Thing.set'])
  })
})
