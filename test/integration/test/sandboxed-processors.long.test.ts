import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { startRedis, type Redis } from '@homeostat/services'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Facts } from '../src/sandbox/facts.ts'

const source = (file: string): string => new URL(`../src/sandbox/${file}`, import.meta.url).pathname

describe('a preload in an application with sandboxed processors', () => {
  let redis: Redis
  let folder: string
  beforeAll(async () => {
    redis = await startRedis()
    folder = await mkdtemp(join(tmpdir(), 'sandboxed-'))
  })
  afterAll(async () => {
    await redis.stop()
    await rm(folder, { recursive: true })
  })

  /** @param how - `flag` is a flag of the command line, `variable` is NODE_OPTIONS */
  async function run(library: string, kind: string, how: string, own: NodeJS.ProcessEnv = {}) {
    const preload = ['--import', source('preload.ts')]
    const args = [...(how === 'flag' ? preload : []), source('application.ts'), library, kind, redis.url]
    const { stdout, stderr } = await promisify(execFile)(process.execPath, args, {
      env: {
        ...process.env,
        NODE_OPTIONS: how === 'flag' ? '' : preload.join(' '),
        SHOP_STATE_DIR: folder,
        HOMEOSTAT_STATE_DIR: folder,
        HOMEOSTAT_KILL_FILE: join(folder, 'stop'),
        ...own,
      },
      timeout: 50_000,
    })
    const facts = stdout.split('\n').find(line => line.startsWith('{')) ?? ''
    const { application, processor } = JSON.parse(facts) as { application: Facts; processor: Facts }
    return { application, processor, output: stdout + stderr }
  }

  it.each([
    ['bullmq', 'process', 'flag'],
    ['bullmq', 'thread', 'flag'],
    ['bullmq', 'process', 'variable'],
    ['bullmq', 'thread', 'variable'],
    ['bullmq-5', 'process', 'flag'],
    ['bullmq-5', 'thread', 'flag'],
  ])(
    '2-17: %s, a %s, preloaded by a %s: the processor gives signals and starts no engine',
    async (library, kind, how) => {
      const { application, processor, output } = await run(library, kind, how)

      expect(application).toMatchObject({ isMainThread: true, mode: 'act', signalListeners: 1, findings: [] })
      expect(application.started).toEqual(expect.arrayContaining(['Timeout', 'WORKER', 'SIGNALWRAP']))

      expect(processor.isMainThread).toBe(kind === 'process')
      expect(processor.pid === application.pid).toBe(kind === 'thread')
      expect(processor).toMatchObject({ mode: 'off', ticks: 0, started: [] })
      if (kind === 'process') expect(processor.signalListeners).toBe(0)
      const finding = `this process only measures signals, without rules, forecasts or actions, because this is the ${kind === 'process' ? 'child process' : 'worker thread'} of a sandboxed BullMQ processor, and signalsOnly: false starts the engine here too`
      expect(processor.findings).toEqual([finding])
      expect(output.split(finding)).toHaveLength(2 + 1)
      // The lookup that the processor makes in Redis.
      expect(processor.metrics).toContain('homeostat.cache.requests')
    },
  )

  it('2-17: signalsOnly: false starts the engine in a processor', async () => {
    const everywhere = await run('bullmq', 'process', 'flag', { HOMEOSTAT_SIGNALS_ONLY: 'false' })
    expect(everywhere.processor).toMatchObject({ mode: 'act', findings: [] })
    expect(everywhere.processor.started).toEqual(expect.arrayContaining(['Timeout', 'WORKER', 'SIGNALWRAP']))
  })

  it('2-17: signalsOnly: true starts no engine in an application', async () => {
    const nowhere = await run('bullmq', 'process', 'flag', { HOMEOSTAT_SIGNALS_ONLY: 'true' })
    expect(nowhere.application).toMatchObject({ mode: 'off', ticks: 0, started: [], signalListeners: 0 })
    expect(nowhere.application.findings).toEqual([
      'this process only measures signals, without rules, forecasts or actions, because the option signalsOnly is set',
    ])
  })
})
