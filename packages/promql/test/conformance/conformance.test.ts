import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { expect, test } from 'vitest'
import { mutateScript, runScript } from './runner.ts'

// Prometheus's own test scripts are not part of this repository; see README.md of the package.
const root = resolve(import.meta.dirname, '../../../..')
const given = process.env['PROMQL_TESTDATA'] ?? '../shared/promql'
const folder = resolve(root, given)
const files = existsSync(folder)
  ? readdirSync(folder)
      .filter(name => name.endsWith('.test'))
      .toSorted()
  : []

if (files.length === 0) {
  const reason = `there are no .test files in ${given}; set PROMQL_TESTDATA to the folder that has them`
  const title = `agrees with Prometheus on its own tests: skipped, since ${reason}`
  // Only the verbose report of the runner prints the title and the reason of a skipped test.
  console.warn(title)
  test(title, ({ skip }) => skip(reason))
}

test.each(files)('agrees with Prometheus on every case it evaluates of %s', file => {
  const outcomes = runScript(readFileSync(resolve(folder, file), 'utf8'))
  const of = (verdict: string): typeof outcomes => outcomes.filter(outcome => outcome.verdict === verdict)
  const reasons = Map.groupBy(of('skipped'), outcome => outcome.reason)
  const listed = [...reasons].map(([reason, cases]) => `${cases.length} ${reason}`).join(', ')
  console.log(
    `${file}: ${of('passed').length} passed, ${of('failed').length} failed, ${of('skipped').length} skipped${listed === '' ? '' : ` (${listed})`}`,
  )
  expect(outcomes.length).toBeGreaterThan(0)
  expect(of('failed')).toEqual([])
  expect(of('passed').length).toBeGreaterThan(0)
})

/** A sample; `npm run conformance -- --mutate` takes all. */
const EVERY = 7

test.each(files)('2-41: no changed expectation of %s passes', file => {
  const { mutants, survivors } = mutateScript(readFileSync(resolve(folder, file), 'utf8'), EVERY)
  expect(mutants).toBeGreaterThan(10)
  expect(survivors.map(({ line, expr, change }) => `${file}:${line}: ${expr}: ${change}`)).toEqual([])
})
