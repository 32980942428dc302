import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'

it('one increment, level or recorded value allocates nothing', async () => {
  const script = fileURLToPath(new URL('cost/allocations.ts', import.meta.url))
  const args = ['--expose-gc', '--max-semi-space-size=256', '--min-semi-space-size=256', script]
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: '' } })
  const { control, ...ours } = JSON.parse(stdout) as Record<string, number>
  expect(control, 'the measurement sees allocations').toBeGreaterThan(8)
  for (const [operation, bytes] of Object.entries(ours)) expect(bytes, operation).toBeLessThan(1)
})
