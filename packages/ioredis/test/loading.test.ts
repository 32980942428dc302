import { execFile } from 'node:child_process'
import { createRequire } from 'node:module'
import { promisify } from 'node:util'
import { startRedis } from '@homeostat/services'
import { expect, test } from 'vitest'
import { IORedisInstrumentation } from '../src/index.ts'

const run = promisify(execFile)
const require = createRequire(import.meta.url)
const libraries = ['ioredis', 'ioredis-5']

test.each(libraries.flatMap(library => ['import', 'require'].map(how => [library, how])))(
  '%s counts when it is loaded later by %s',
  async (library, how) => {
    await using server = await startRedis()
    const fixture = new URL('fixtures/loaded-later.ts', import.meta.url).pathname
    const { stdout } = await run(process.execPath, [fixture, server.url, library, how])
    expect(JSON.parse(stdout)).toEqual({ hit: 0, miss: 2 })
  },
)

test.each(libraries)('disable leaves %s exactly as it was', library => {
  const { prototype } = (require(`${library}/built/DataHandler`) as { default: { prototype: object } }).default
  const before = Object.getOwnPropertyDescriptors(prototype)
  const instrumentation = new IORedisInstrumentation()
  for (let i = 0; i < 2; i++) {
    instrumentation.enable()
    instrumentation.enable()
    expect(Object.getOwnPropertyDescriptors(prototype)).not.toEqual(before)
    instrumentation.disable()
    instrumentation.disable()
    expect(Object.getOwnPropertyDescriptors(prototype)).toEqual(before)
  }
})
