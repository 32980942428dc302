import * as fc from 'fast-check'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createRules, createStore } from '../../src/index.ts'
import { parseRuleFile, RuleFileError } from '../../src/rule-files.ts'

const folder = join(import.meta.dirname, '..', 'rule-tests', 'rules')
const files = readdirSync(folder).map(name => readFileSync(join(folder, name), 'utf8'))

/** Pieces that mean something to YAML, to PromQL, to templates or to JavaScript. */
const PIECES = [
  // YAML
  '\n',
  ' ',
  '  ',
  '\t',
  '- ',
  ': ',
  '? ',
  '&a ',
  '*a',
  '<<: *a',
  '!!binary ',
  '!x ',
  '| ',
  '> ',
  '---\n',
  '...\n',
  '%YAML 1.1\n',
  '[',
  ']',
  '{',
  '}',
  '"',
  "'",
  '#',
  '~',
  'null',
  'true',
  '.nan',
  '0x1F',
  '1e999',
  '2001-01-01',
  '\u0000',
  '\uD800',
  '\uFEFF',
  '😀',
  // JavaScript
  '__proto__',
  'constructor',
  'prototype',
  '__proto__: { polluted: true }',
  'toString: x',
  // Rules
  'labels:',
  'rules:',
  'groups:',
  'alert: A',
  'record: b',
  'expr: ',
  'for: 5m',
  'for: -1s',
  'limit: 1e400',
  'interval: 0s',
  'query_offset: 9999999y',
  'name: g',
  // PromQL and templates
  'sum(',
  ')',
  '[5m]',
  '[5m:1s]',
  'offset 1m',
  '@ 5',
  'by (',
  '{{',
  '}}',
  '{{ if',
  '{{ end }}',
  '{{ $value | humanize }}',
  '{{ $labels.__proto__ }}',
]

const mutation = fc.record({
  kind: fc.constantFrom('insert', 'insert', 'delete', 'replace', 'replace', 'repeat', 'swap', 'splice'),
  at: fc.double({ min: 0, max: 1, noNaN: true }),
  length: fc.oneof(fc.nat(3), fc.nat(40)),
  piece: fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 5, unit: 'binary' })),
  file: fc.nat(files.length - 1),
})

const mutated = fc
  .tuple(fc.nat(files.length - 1), fc.oneof(fc.tuple(mutation), fc.array(mutation, { minLength: 2, maxLength: 8 })))
  .map(([index, mutations]) => mutations.reduce(mutate, files[index] ?? ''))

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never

function mutate(text: string, { kind, at, length, piece, file }: Mutation): string {
  const from = Math.floor(at * text.length)
  const [before, middle, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)]
  if (kind === 'insert') return before + piece + middle + after
  if (kind === 'delete') return before + after
  if (kind === 'replace') return before + piece + after
  if (kind === 'repeat') return before + middle.repeat(20) + after
  if (kind === 'swap') return after + middle + before
  const other = files[file] ?? ''
  return before + other.slice(Math.floor(at * other.length)) + after
}

const builtIn = JSON.stringify(Object.getOwnPropertyNames(Object.prototype))
const RUNS = Number(process.env['HOMEOSTAT_FUZZ_RUNS'] ?? 1000)

test(
  `a mutated rule file gives groups or errors with places, ${RUNS} times, and what it gives loads and runs`,
  { timeout: 120_000 + RUNS * 20 },
  () => {
    const counts = { good: 0, refused: 0, errors: 0, slowestMs: 0 }
    fc.assert(
      fc.property(mutated, text => {
        const started = performance.now()
        const { groups, errors } = parseRuleFile(text, { file: 'fuzz.yml' })
        const rules = createRules(groups, createStore())
        for (const now of [0, 60_000]) rules.evaluate(now)
        counts.slowestMs = Math.max(counts.slowestMs, performance.now() - started)
        counts[errors.length === 0 ? 'good' : 'refused'] += 1
        counts.errors += errors.length
        const lines = text.split(/\r\n|\r|\n/).length
        for (const error of errors) {
          expect(error).toBeInstanceOf(RuleFileError)
          expect(error.message).toMatch(/^fuzz\.yml:\d+:\d+: \S/)
          expect(error.line).toBeGreaterThanOrEqual(1)
          expect(error.line).toBeLessThanOrEqual(lines)
          expect(error.column).toBeGreaterThanOrEqual(1)
        }
        expect(rules.rejected.map(error => error.message)).toEqual([])
        expect(JSON.stringify(Object.getOwnPropertyNames(Object.prototype))).toBe(builtIn)
        expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
      }),
      { numRuns: RUNS, seed: 20_261_123 },
    )
    expect(counts.good).toBeGreaterThan(RUNS / 50)
    expect(counts.refused).toBeGreaterThan(RUNS / 4)
    // A file of a few hundred bytes: this measures nothing, it detects a hang.
    expect(counts.slowestMs).toBeLessThan(10_000)
    if (process.env['HOMEOSTAT_FUZZ_RUNS'] !== undefined)
      console.log(JSON.stringify({ fuzz: 'rule files', runs: RUNS, ...counts }))
  },
)
