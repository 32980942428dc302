import { spawnSync } from 'node:child_process'
import { runOnLine, type SdkLine } from '@homeostat/conformance'
import { debianProgram } from '@homeostat/services'
import { expect } from 'vitest'
import type { ExpositionArgs } from '../src/exposition-application.ts'
import { expositionProblems } from '../src/exposition-problems.ts'

const script = new URL('../src/exposition-application.ts', import.meta.url)

/** The complaints of `promtool check metrics`. */
async function complaints(text: string): Promise<string[]> {
  const promtool = await debianProgram('prometheus', 'promtool')
  const { stdout, stderr } = spawnSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })
  return `${stdout}${stderr}`.split('\n').filter(line => line !== '')
}

/** Runs the application without Homeostat and on both paths with it, and compares what a strict reader says of its texts. */
export async function expectCleanTexts(line: SdkLine, withoutScopeInfo: boolean): Promise<void> {
  const run = (homeostat: ExpositionArgs['homeostat']): Promise<string> =>
    runOnLine<string>(line, script, { homeostat, withoutScopeInfo } satisfies ExpositionArgs)
  const [off, attached, meter] = await Promise.all([run('off'), run('attached'), run('meter')])
  const before = new Set(await complaints(off))

  expect(expositionProblems(off)).toEqual([])
  for (const on of [attached, meter]) {
    expect(on).toContain('homeostat_errors_total')
    expect(on).toMatch(/^nodejs_eventloop_utilization/m)
    expect(expositionProblems(on)).toEqual([])
    expect((await complaints(on)).filter(complaint => !before.has(complaint))).toEqual([])
  }
}
