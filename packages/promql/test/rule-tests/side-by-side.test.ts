import { execFile } from 'node:child_process'
import { globSync } from 'node:fs'
import { beforeAll, describe, expect, test } from 'vitest'
import { debianProgram } from '@homeostat/services'
import { ruleTestCases } from '../../src/rule-tests.ts'

const folder = import.meta.dirname
const files = globSync('*.test.yml', { cwd: folder }).toSorted()

interface Verdict {
  readonly code: number
  readonly output: string
}

function run(promtool: string, file: string): Promise<Verdict> {
  return new Promise(resolve => {
    execFile(promtool, ['test', 'rules', file], { cwd: folder, timeout: 60_000 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : -1
      resolve({ code, output: stdout + stderr })
    })
  })
}

/** What is expected and what came instead: the part of the messages where we say word for word what promtool says. */
function mismatches(output: string): string[] {
  return output.split('\n').filter(line => /^ {4,}(?!rule:)\S/.test(line))
}

describe('promtool and this engine give the same verdict on', () => {
  let promtool: string | undefined
  let reason = ''

  beforeAll(async () => {
    promtool = await debianProgram('prometheus', 'promtool').catch((error: unknown) => {
      reason = `no promtool to compare with: ${String(error)}`
      console.warn(reason)
      return undefined
    })
  })

  test.for<string>(files)('%s', async (file, { skip }) => {
    if (promtool === undefined) skip(reason)
    const theirs = await run(promtool ?? '', file)
    const errors = ruleTestCases(`${folder}/${file}`).cases.flatMap(each => each.run())
    expect({ code: errors.length === 0 ? 0 : 1, output: theirs.output }).toMatchObject({ code: theirs.code })
    const ours = mismatches(errors.map(error => error.message).join('\n'))
    const known = mismatches(theirs.output)
    // Messages about what cannot be read are our own words.
    if (errors.every(({ name, cause }) => name === 'RuleTestFailure' && cause === undefined))
      expect(ours).toEqual(known)
  })
})

test('there are at least thirty files, passing and failing ones', () => {
  const passing = files.filter(file => ruleTestCases(`${folder}/${file}`).cases.every(each => each.run().length === 0))
  expect(files.length).toBeGreaterThanOrEqual(30)
  expect(passing.length).toBeGreaterThanOrEqual(10)
  expect(files.length - passing.length).toBeGreaterThanOrEqual(10)
})
