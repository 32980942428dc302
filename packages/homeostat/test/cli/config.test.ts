import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { commandRun, type CommandRun } from './command-run.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-config-'))
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

function print(text: string, environment: Record<string, string>, ...args: string[]): Promise<CommandRun> {
  const file = join(folder, 'homeostat.yaml')
  writeFileSync(file, text)
  vi.stubEnv('HOMEOSTAT_CONFIG_FILE', file)
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value)
  return commandRun(folder, ['config', 'print', ...args])
}

describe('homeostat config print', () => {
  it('shows each value and its source', async () => {
    const { code, out, error } = await print(
      'mode: shadow\npg: { mode: act, slow_query_threshold_ms: 5 }\nbullmq: false',
      {
        HOMEOSTAT_MODE: 'off',
        HOMEOSTAT_PG_MODE: 'advise',
      },
    )
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toMatch(/^mode +off +HOMEOSTAT_MODE$/m)
    expect(out).toMatch(/^pg\.mode +advise +HOMEOSTAT_PG_MODE$/m)
    expect(out).toMatch(/^pg\.slowQueryThresholdMs +5 +~\/homeostat\.yaml$/m)
    expect(out).toMatch(/^bullmq +false +~\/homeostat\.yaml$/m)
    expect(out).toMatch(/^intervalMs +5000 +default$/m)
  })

  it('gives the same as JSON, without defaults when asked to', async () => {
    const { out } = await print('interval_ms: 1000', { HOMEOSTAT_MODE: 'off' }, '--given', '--json')
    expect(JSON.parse(out)).toEqual({
      file: '~/homeostat.yaml',
      options: [
        { path: 'mode', source: 'environment', from: 'HOMEOSTAT_MODE', value: 'off' },
        { path: 'intervalMs', source: 'file', from: '~/homeostat.yaml', value: 1000 },
      ],
      problems: [],
    })
  })

  it.each([[[]], [['--json']]])('shows no secrets (%j)', async args => {
    const { out } = await print(
      'forecast: { backfill: { url: "http://u:hunter2@prometheus", headers: { authorization: hunter2 } } }\nioredis: { ignore_key_prefixes: [hunter2] }',
      { HOMEOSTAT_FORECAST_BACKFILL_LABELS: 'a=hunter2' },
      ...args,
    )
    expect(out).toContain('forecast.backfill.headers')
    expect(out).not.toContain('hunter2')
  })

  it('reports what is not valid, and fails', async () => {
    expect(await print('mode: atc', { HOMEOSTAT_MOOD: 'x' }, '--given')).toMatchObject({
      code: 1,
      error: expect.stringMatching(
        /HOMEOSTAT_MOOD is not a variable[^]*~\/homeostat\.yaml:1:7: mode is "atc", but must be/,
      ),
    })
  })
})

it('homeostat config schema prints the schema of the package', async () => {
  const { code, out } = await commandRun(folder, ['config', 'schema'])
  expect(code).toBe(0)
  const file = new URL('../../options.schema.json', import.meta.url)
  expect(JSON.parse(out)).toEqual(JSON.parse(readFileSync(file, 'utf8')))
})
