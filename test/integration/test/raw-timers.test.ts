import { glob, readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../../..', import.meta.url))

/** The only file that may make timers; what is passed to `eval` or a thread counts as well. */
const TIMERS = 'packages/signals/src/time/timers.ts'
const RAW = /\b(setTimeout|setInterval)\s*\(|\btimers(\/promises)?['"]|AbortSignal\s*\.\s*timeout|\bwatchFile\(/

async function sources(): Promise<string[]> {
  const found: string[] = []
  for await (const file of glob('packages/*/src/**/*.ts', { cwd: root })) found.push(file)
  return found
}

async function linesWithRawTimers(files: readonly string[]): Promise<string[]> {
  const found: string[] = []
  for (const file of files) {
    const lines = (await readFile(`${root}/${file}`, 'utf8')).split('\n')
    for (const [index, line] of lines.entries())
      if (RAW.test(line) && !/^\s*(\*|\/\/|\/\*\*)/.test(line)) found.push(`${file}:${index + 1} ${line.trim()}`)
  }
  return found
}

test('2-07: every timer is made in one checked place', async () => {
  const files = await sources()
  expect(files.length).toBeGreaterThan(300)
  expect(await linesWithRawTimers(files.filter(file => file !== TIMERS))).toEqual([])
  // The pattern does find timers.
  expect(await linesWithRawTimers([TIMERS])).not.toEqual([])
})
