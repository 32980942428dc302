import { spawnSync } from 'node:child_process'
import { oldestSdk, runOnLine, sdkLines } from '@homeostat/conformance'
import { debianProgram } from '@homeostat/services'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ExpositionArgs } from '../src/exposition-application.ts'
import { expositionProblems } from '../src/exposition-problems.ts'

const script = new URL('../src/exposition-application.ts', import.meta.url)
let promtool: string

beforeAll(async () => {
  promtool = await debianProgram('prometheus', 'promtool')
})

/** The complaints of `promtool check metrics`. */
function complaints(text: string): string[] {
  const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n').filter(line => line !== '')
}

describe('2-36: the Prometheus text is as clean with us as without, beside host-metrics and runtime-node', () => {
  test.concurrent.each([
    [oldestSdk, false],
    [sdkLines[0]!, false],
    [sdkLines[0]!, true],
    [sdkLines[1]!, false],
    [sdkLines[1]!, true],
  ])('$name, without scope info: %s', async (line, withoutScopeInfo) => {
    const run = (homeostat: boolean): Promise<string> =>
      runOnLine<string>(line, script, { homeostat, withoutScopeInfo } satisfies ExpositionArgs)
    const [off, on] = await Promise.all([run(false), run(true)])

    expect(on).toContain('homeostat_errors_total')
    expect(on).toMatch(/^nodejs_eventloop_utilization/m)
    expect(expositionProblems(off)).toEqual([])
    expect(expositionProblems(on)).toEqual([])
    const before = new Set(complaints(off))
    expect(complaints(on).filter(line => !before.has(line))).toEqual([])
  })
})
