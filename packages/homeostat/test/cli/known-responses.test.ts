import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandRun } from './command-run.ts'
import { commandRun } from './command-run.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-cli-'))
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]): Promise<CommandRun> => commandRun(folder, args, '')

describe('2-74: homeostat rules check knows the alerts and actions of the packages', () => {
  const write = (response: string): Promise<void> => writeFile(join(folder, 'one.yml'), `responses: [${response}]`)

  test('a response with an unknown alert and an unknown action fails, with places and what was meant', async () => {
    await write('{ alert: SlowQueris, action: cache.wram, priority: slo }')
    expect(await run('rules', 'check', 'one.yml')).toEqual({
      code: 1,
      out: 'Checking ~/one.yml\n',
      error:
        '  FAILED:\n' +
        '~/one.yml:1:42: no package in use provides an action or a knob "cache.wram"; did you mean cache.warm?\n' +
        '~/one.yml:1:22: no rule in use raises an alert "SlowQueris"; did you mean SlowQueries?',
    })
  })

  test.each([
    '{ alert: SlowQueries, action: query.optimize, priority: slo }',
    '{ alert: CpuSaturated, action: worker.concurrency, priority: slo, options: { factor: 0.5 } }',
    '{ alert: MemoryPressure, action: cache.resize, priority: slo }',
  ])('what the packages bring is known: %s', async response => {
    await write(response)
    expect(await run('rules', 'check', 'one.yml')).toMatchObject({ code: 0, error: '' })
  })

  test('actions and alerts that the application provides in code can be named', async () => {
    await write('{ alert: Mine, action: my.action, priority: slo }')
    expect(await run('rules', 'check', 'one.yml')).toMatchObject({ code: 1 })
    expect(await run('rules', 'check', '--action=my.action', '--alert=Mine', 'one.yml')).toMatchObject({ code: 0 })
  })

  test.each(['timeout: 60d', 'max_mode: atc', 'cooldown: 60d'])('2-01: %s fails', async field => {
    await write(`{ alert: SlowQueries, action: query.optimize, priority: slo, ${field} }`)
    expect(await run('rules', 'check', 'one.yml')).toMatchObject({ code: 1 })
  })
})
