import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CommandRun } from './command-run.ts'
import { commandRun } from './command-run.ts'

const START = Date.UTC(2026, 0, 1)

const rules = (limit: number): string => `groups:
  - name: plant
    rules:
      - { alert: PressureHigh, expr: 'plant_pressure > ${limit}', for: 30s }
`
const RESPONSES = 'responses: [{ alert: PressureHigh, action: plant.relieve, priority: slo, cooldown: 30m }]'

/** An hour in which the pressure rises step by step. */
function recording(): string {
  const header = {
    homeostat: 'recording',
    version: 1,
    intervalMs: 10_000,
    scopes: [
      {
        name: 'plant',
        own: true,
        metrics: [{ name: 'plant.pressure', unit: '', kind: 'gauge' }],
        series: [{ metric: 0, attributes: {}, startMs: START }],
      },
    ],
  }
  const snapshots = Array.from({ length: 360 }, (_, index) => {
    const at = START + index * 10_000
    return { at, collections: [[0, at, [0.5 + index / 1000]]] }
  })
  return [header, ...snapshots].map(line => `${JSON.stringify(line)}\n`).join('')
}

const SCENARIO = `rule_files: [rules.yml]
tests:
  - name: promtool's own
    interval: 1m
    input_series: [{ series: plant_pressure, values: 0.9x5 }]
    alert_rule_test: [{ eval_time: 2m, alertname: PressureHigh, exp_alerts: [{}] }]
  - name: ours
    scenario:
      duration: 1m
      plant: { series: [{ name: plant_pressure, level: 0.9 }] }
      expect: [{ at: 30s, firing: ALERTS }]
`

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'homeostat-backtest-'))
  const files = {
    'rules.yml': rules(0.7),
    'lower.yml': rules(0.6),
    'broken.yml': rules(0.7).replace('> 0.7', '> >'),
    'responses.yml': RESPONSES,
    'hour.ndjson': recording(),
    'pass.test.yml': SCENARIO.replace('ALERTS', '[PressureHigh]'),
    'fail.test.yml': SCENARIO.replace('ALERTS', '[]'),
    'typo.test.yml': SCENARIO.replace('ALERTS', '[{ alrt: PressureHigh }]'),
  }
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
})
afterAll(() => rm(folder, { recursive: true }))

const run = (...args: string[]): Promise<CommandRun> => commandRun(folder, args)

describe('homeostat backtest', () => {
  const replay = ['backtest', '--from', 'hour.ndjson', '--rules', 'rules.yml', '--responses', 'responses.yml']

  test('reports which alerts would have fired, which actions would have run, and how often alerts would have come and gone', async () => {
    const { code, out, error } = await run(...replay)
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain(
      '59m50s of signals from 2026-01-01T00:00:00Z to 2026-01-01T00:59:50Z: 360 evaluations over 1 series.',
    )
    // 0.701 is reached after 2010 s and has to hold for 30 s.
    expect(out).toContain('Firings: 1\n  2026-01-01T00:34:00Z to the end  PressureHigh{')
    expect(out).toContain('Would-be actions: 1\n  2026-01-01T00:34:00Z plant.relieve for PressureHigh{')
    expect(out).toMatch(/plant.relieve for PressureHigh refused by cooldown at \d+ evaluations/)
    expect(out).toMatch(/Flaps \(fires and resolves\) per hour, and in the worst hour\n {2}1, 1 {2}PressureHigh/)
  })

  test('shows what other rules would have done differently', async () => {
    const { code, out } = await run(...replay, '--against', 'lower.yml')
    expect(code).toBe(0)
    expect(out).toMatch(
      /Difference to the rules of --against\nPressureHigh\{.*\}, first at 2026-01-01T00:17:20Z\n {2}- 1 firing of 42m30s, 2 actions, 16m40s of it only here\n {2}\+ 1 firing of 25m50s, 1 action, 0s of it only here/,
    )
  })

  test('gives everything as JSON, of a part of the time', async () => {
    const { code, out } = await run(
      ...replay,
      '--against',
      'lower.yml',
      '--json',
      '--start=2026-01-01T00:40:00Z',
      `--end=${START / 1000 + 3000}`,
    )
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      result: { ticks: 61, startMs: START + 2_400_000, endMs: START + 3_000_000, firings: [{ alert: 'PressureHigh' }] },
      against: { ticks: 61 },
      difference: [],
    })
  })

  test('reports all mistakes in the files', async () => {
    expect(await run('backtest', '--from', 'hour.ndjson', '--rules', 'broken.yml', '--against', 'broken.yml')).toEqual({
      code: 1,
      out: '',
      error: expect.stringMatching(
        /^~\/broken.yml:4:\d+: group "plant", rule 1, "PressureHigh": could not parse.*\n~\/broken.yml:4/,
      ),
    })
    expect(await run('backtest', '--from', 'rules.yml', '--rules', 'rules.yml')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^~\/rules.yml:1: no JSON/),
    })
    expect(await run('backtest', '--from', 'none.ndjson', '--rules', 'rules.yml')).toMatchObject({
      code: 2,
      error: expect.stringContaining('does not exist'),
    })
    expect(await run('backtest', '--from=http://127.0.0.1:9', '--rules', 'rules.yml')).toMatchObject({
      code: 1,
      error: expect.stringMatching(/^http:\/\/127.0.0.1:9\/: cannot be reached/),
    })
  })

  test.each([
    [
      ['backtest', '--from=x', '--rules', 'rules.yml', '--step=often'],
      "'--step' must be a duration such as 15s, got 'often'",
    ],
    [
      ['backtest', '--from=x', '--rules', 'rules.yml', '--end=soon'],
      "'--end' must be a time such as 2026-01-31T12:00:00Z, got 'soon'",
    ],
  ])('called as %j it says what is wrong with that', async (args, reason) => {
    expect(await run(...args)).toEqual({ code: 2, out: '', error: `homeostat: error: ${reason}, try --help` })
  })

  test('has help of its own', async () => {
    expect(await run('backtest', '--help')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^usage: homeostat backtest --from SOURCE/),
    })
  })
})

describe('homeostat rules test', () => {
  test("runs promtool's tests and scenarios of one file alike", async () => {
    expect(await run('rules', 'test', 'pass.test.yml')).toEqual({
      code: 0,
      out: 'Unit Testing:  ~/pass.test.yml\n  SUCCESS\n',
      error: '',
    })
    expect((await run('rules', 'test', '--debug', 'pass.test.yml')).error).toMatch(
      /Starting test promtool's own\n[^]*Starting test ours\nDEBUG: Test ours finished/,
    )
  })

  test('shows how a scenario went otherwise, and --run chooses among both', async () => {
    const failed = await run('rules', 'test', 'fail.test.yml')
    expect(failed.code).toBe(1)
    expect(failed.error).toMatch(
      /^ {2}FAILED:\n {4}name: ours,\n {4}firing, at: 30s,\n {8}exp: nil\n {8}got: \{alert="PressureHigh"/,
    )
    expect(await run('rules', 'test', '--run=promtool', 'fail.test.yml')).toMatchObject({ code: 0 })
    expect(await run('rules', 'test', '--run=^ours', 'fail.test.yml')).toMatchObject({ code: 1 })
  })

  test('names the place of what it cannot read', async () => {
    expect((await run('rules', 'test', 'typo.test.yml')).error).toBe(
      '  FAILED:\n~/typo.test.yml:11:38: field "alrt" not found in an item of firing; known are alert, labels, count, at_least, at_most',
    )
  })
})
