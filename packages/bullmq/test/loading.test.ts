import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { startRedis } from '@homeostat/services'
import { expect, test } from 'vitest'
import { BullMQInstrumentation } from '../src/index.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)

test.each(['import', 'require'])(
  'queues are found when BullMQ is loaded later by %s, and the process can end',
  async how => {
    await using server = await startRedis()
    const fixture = new URL('fixtures/loaded-later.ts', import.meta.url).pathname
    const args = [fixture, server.host, String(server.port), how, crypto.randomUUID()]
    const { stdout } = await run(process.execPath, args, { timeout: 20_000 })
    expect(stdout).toBe('done\n')
  },
)

test('disable leaves BullMQ exactly as it was', () => {
  const { Queue, Worker } = require('bullmq') as typeof import('bullmq')
  const look = (): unknown => [Queue, Worker].map(({ prototype }) => Object.getOwnPropertyDescriptors(prototype))
  const before = look()
  const instrumentation = new BullMQInstrumentation()
  for (let i = 0; i < 2; i++) {
    instrumentation.enable()
    instrumentation.enable()
    expect(look()).not.toEqual(before)
    instrumentation.disable()
    instrumentation.disable()
    expect(look()).toEqual(before)
  }
})
