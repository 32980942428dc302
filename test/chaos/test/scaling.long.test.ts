import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import type { ChaosRow } from '../src/chaos-run.ts'

const CLI = fileURLToPath(new URL('../src/chaos.ts', import.meta.url))

// As a command: in the process of a test runner one row of twenty was wrong now and then, in a process of its own never.
it('an autoscaler that follows our number holds the target age at the cost of an oracle, and drains are estimated', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [CLI, 'scaling', '--short', '--json'])
  const rows = stdout
    .trimEnd()
    .split('\n')
    .map(line => JSON.parse(line) as ChaosRow)
  expect(rows).toHaveLength(20)
  expect(rows.filter(row => row['met'] === false)).toEqual([])
})
