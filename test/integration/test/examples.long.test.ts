import { execFile } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { findFreePort, startPostgres, startRedis, type Postgres, type Redis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { allExamples } from '../src/examples/all-examples.ts'
import type { Example } from '../src/examples/example.ts'
import { writeRunnable } from '../src/examples/write-modules.ts'

const run = promisify(execFile)
const runner = fileURLToPath(new URL('../src/examples/run-example.ts', import.meta.url))
const folder = new URL('../.examples-run/', import.meta.url)
const examples = writeRunnable(folder, allExamples())

let postgres: Postgres
let redis: Redis
/** Where an example finds the files that it reads, and leaves those that it writes. */
let home: string

beforeAll(async () => {
  ;[postgres, redis] = await Promise.all([startPostgres(), startRedis()])
  home = mkdtempSync(join(tmpdir(), 'homeostat-examples-'))
  cpSync(new URL('fixtures/examples/', import.meta.url), home, { recursive: true })
})

afterAll(async () => {
  rmSync(home, { recursive: true, force: true })
  rmSync(folder, { recursive: true, force: true })
  await Promise.all([postgres.stop(), redis.stop()])
})

describe.concurrent('an example runs to its end, with the values that its comments name', () => {
  test.each(examples.filter(({ example }) => example.notRun === undefined))(
    '$example.file:$example.line',
    { timeout: 120_000 },
    async ({ example, path }) => {
      expect(await problemsOf(path, example)).toBe('')
    },
  )
})

test('few examples are not run, each for a reason', () => {
  expect(examples.filter(({ example }) => example.notRun !== undefined).length).toBeLessThanOrEqual(8)
})

/** What it wrote to stderr, but for the lines with which Homeostat and its console start, and why it failed. */
async function problemsOf(path: string, { file }: Example): Promise<string> {
  const environment = {
    PATH: process.env['PATH'],
    HOME: home,
    TMPDIR: home,
    OTEL_SERVICE_NAME: 'examples',
    OTEL_TRACES_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_EXPORTER_PROMETHEUS_PORT: String(await findFreePort()),
    // The examples of test/services start servers of their own, which are downloaded once.
    ...(file.startsWith('test/services/')
      ? { HOME: process.env['HOME'], XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'] }
      : { DATABASE_URL: postgres.url, REDIS_URL: redis.url }),
  }
  try {
    const { stderr } = await run(process.execPath, [runner, path], { cwd: home, env: environment, timeout: 60_000 })
    return stderr.replaceAll(/^homeostat: (?:\S+ started in mode .*|console: \S+(?: \(port 4663 is taken\))?)\n/gm, '')
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string }
    return stderr || message
  }
}
