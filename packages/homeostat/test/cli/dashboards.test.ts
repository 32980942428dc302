import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import Module from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dashboardFiles } from '@homeostat/dashboards'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { commandRun, type CommandRun } from './command-run.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'homeostat-dashboards-'))
})
afterEach(() => {
  vi.restoreAllMocks()
  rmSync(folder, { recursive: true })
})

const run = (...args: string[]): Promise<CommandRun> => commandRun(folder, ['dashboards', ...args])
const text = (path: string): string => readFileSync(join(folder, 'out', path), 'utf8')
const out = (): string => `--out=${join(folder, 'out')}`

describe('homeostat dashboards', () => {
  test('writes the files of Grafana and Prometheus, and makes the folder', async () => {
    expect(await run(out())).toEqual({ code: 0, out: '~/out: 9 files written, 0 already current', error: '' })
    for (const file of dashboardFiles()) expect(text(file.path)).toBe(file.text)
    expect(await run(out())).toEqual({ code: 0, out: '~/out: 0 files written, 9 already current', error: '' })
  })

  test('writes the names of the backend', async () => {
    await run(out(), '--names=UnderscoreEscapingWithSuffixes')
    expect(text('grafana/database.json')).toContain('db_client_operation_duration_seconds_bucket')
    expect(await run(out(), '--names=datadog')).toMatchObject({ code: 0 })
    expect(text('datadog/monitors.json')).toContain('homeostat.memory.utilization')
  })

  test('replaces what it has written itself, with files of another version or in other names', async () => {
    await run(out())
    expect(await run(out(), '--names=NoTranslation')).toMatchObject({ code: 0, error: '' })
    expect(text('prometheus/homeostat.rules.yml')).toContain('homeostat.memory.utilization')
  })

  test('keeps a file that somebody has changed, and replaces it with --force', async () => {
    await run(out())
    writeFileSync(join(folder, 'out/grafana/cache.json'), '{"title": "ours"}\n')
    const again = { code: 1, error: 'homeostat: kept ~/out/grafana/cache.json, which was changed: --force replaces it' }
    expect(await run(out(), '--names=NoTranslation')).toMatchObject(again)
    expect(text('grafana/cache.json')).toBe('{"title": "ours"}\n')
    // Also the next time: what is kept is not written down as ours.
    expect(await run(out())).toMatchObject(again)
    expect(await run(out(), '--force')).toMatchObject({ code: 0, error: '' })
    expect(text('grafana/cache.json')).toContain('homeostat_cache_requests_total')
  })

  test('keeps a file that was there before', async () => {
    await run(out())
    rmSync(join(folder, 'out/.homeostat-dashboards'))
    writeFileSync(join(folder, 'out/grafana/cache.json'), 'mine')
    expect(await run(out())).toMatchObject({ code: 1 })
    expect(text('grafana/cache.json')).toBe('mine')
  })

  test.each([
    [[], 2, "'--out' is missing, try --help"],
    [['--out='], 2, "'--out' is missing, try --help"],
    [['--out=x', 'y'], 2, "unexpected 'y', try --help"],
    [['--out=x', '--names=dots'], 2, "'--names' must be one of plain, Under"],
  ])('%j ends with one line', async (args, code, message) => {
    const { error, ...rest } = await run(...args)
    expect(rest).toEqual({ code, out: '' })
    expect(error.startsWith(`homeostat: error: ${message}`)).toBe(true)
    expect(existsSync('x')).toBe(false)
  })

  test('a folder that cannot be one ends with one line', async () => {
    writeFileSync(join(folder, 'out'), 'a file')
    const { code, error } = await run(out())
    expect({ code, error }).toEqual({
      code: 2,
      error:
        "homeostat: error: path '~/out/grafana' cannot be written: a part of it is not a folder; choose another with --out, try --help",
    })
  })

  test('without the package, one line says what to install', async () => {
    vi.spyOn(Module, 'createRequire').mockReturnValue((() => {
      throw Object.assign(new Error('no such package'), { code: 'MODULE_NOT_FOUND' })
    }) as never)
    expect(await run(out())).toEqual({
      code: 2,
      out: '',
      error: 'homeostat: error: @homeostat/dashboards is not installed: npm install --save-dev @homeostat/dashboards',
    })
  })
})
