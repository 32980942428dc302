import { globSync } from 'node:fs'
import { findPromtool, type Promtool } from '@homeostat/services'
import { beforeAll, describe, expect, test } from 'vitest'
import { ruleTestCases } from '../../src/rule-tests.ts'
import { mismatches } from './mismatches.ts'

const folder = import.meta.dirname
const files = globSync('*.test.yml', { cwd: folder }).toSorted()

describe('promtool and this engine give the same verdict on', () => {
  let promtool: Promtool | undefined

  beforeAll(async () => {
    promtool = await findPromtool()
  })

  test.for<string>(files)('%s', async (file, { skip }) => {
    if (promtool === undefined) return skip('there is no promtool')
    const theirs = await promtool(folder, file)
    const errors = ruleTestCases(`${folder}/${file}`).cases.flatMap(each => each.run())
    expect({ code: errors.length === 0 ? 0 : 1, output: theirs.output }).toMatchObject({ code: theirs.code })
    // Messages about what cannot be read are our own words.
    if (errors.some(({ name, cause }) => name !== 'RuleTestFailure' || cause !== undefined)) return
    expect(mismatches(errors.map(error => error.message).join('\n'))).toEqual(mismatches(theirs.output))
  })
})

test('there are at least thirty files, passing and failing ones', () => {
  const passing = files.filter(file => ruleTestCases(`${folder}/${file}`).cases.every(each => each.run().length === 0))
  expect(files.length).toBeGreaterThanOrEqual(30)
  expect(passing.length).toBeGreaterThanOrEqual(10)
  expect(files.length - passing.length).toBeGreaterThanOrEqual(10)
})
