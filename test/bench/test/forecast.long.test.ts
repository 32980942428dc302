import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it, onTestFinished } from 'vitest'
import { baselines } from '../src/forecast/baselines.ts'
import { evaluate } from '../src/forecast/evaluation.ts'
import type { ForecastRow } from '../src/forecast/forecast-bench.ts'
import { areaUnderCurve, averagePrecision, calibrationError, reliabilityOf } from '../src/forecast/measures.ts'
import { generateSeries } from '../src/forecast/series.ts'
import { tasksOf } from '../src/forecast/tasks.ts'

const SCRIPT = fileURLToPath(new URL('../src/bench.ts', import.meta.url))
const run = promisify(execFile)

// Not a timed test: so few days show nothing, but go through everything that is measured.
const FEW = ['--rounds', '1', '--ops', '1', '--stride', '60']

describe('npm run bench -- forecast', () => {
  it('prints one JSON object a line for ours and every other, and draws', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'forecast-bench-'))
    onTestFinished(() => rmSync(folder, { recursive: true }))
    const plot = join(folder, 'reliability.svg')
    const { stdout } = await run(process.execPath, [
      '--expose-gc',
      SCRIPT,
      'forecast',
      ...FEW,
      '--json',
      '--plot',
      plot,
    ])
    const rows = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line) as ForecastRow)
    expect(rows.map(({ variant }) => variant)).toEqual(['ours', ...baselines.map(({ name }) => name)])
    for (const row of rows) {
      expect(row).toMatchObject({ bench: 'forecast', path: 'generated', tasks: 8 })
      expect(row.bss).toBeLessThan(1)
      expect(row.usPerProbability).toBeGreaterThan(0)
      expect(row.kbPerSeries).toBeGreaterThan(0)
    }
    expect(readFileSync(plot, 'utf8')).toMatch(/^<svg [\s\S]*<\/svg>\n$/)
  })

  it('prints a table, and for every measure whether it is reached', async () => {
    const { stdout } = await run(process.execPath, ['--expose-gc', SCRIPT, 'forecast', ...FEW])
    expect(stdout).toMatch(/^4 generated series, 8 tasks/m)
    expect(stdout).toMatch(/^BSS fresh +0.17 +0.2 .*(aim met|must met|not met)$/m)
  })
})

describe('the scores', () => {
  it('give climatology no skill', () => {
    const { bss } = evaluate(baselines[0]!, tasksOf(generateSeries(6), 30))
    expect(Math.abs(bss)).toBeLessThan(0.01)
  })

  it('give one who knows the outcome all there is', () => {
    const tasks = tasksOf(generateSeries(6), 30)
    const figures = evaluate({ name: 'oracle', create: ({ series, limit }) => oracle(series.values, limit) }, tasks)
    expect(figures).toMatchObject({ bss: 1, bssFresh: 1, bssCold: 1, auc: 1, ece: 0, precision: 1, recall: 1 })
    expect(figures.averagePrecision).toBeCloseTo(1, 9)
  })

  it('are those of the textbook on a handful of forecasts', () => {
    const forecasts = [
      { p: 0.9, y: 1, w: 1 },
      { p: 0.8, y: 0, w: 1 },
      { p: 0.3, y: 1, w: 1 },
      { p: 0.1, y: 0, w: 1 },
    ]
    expect(areaUnderCurve(forecasts)).toBe(0.75)
    expect(averagePrecision(forecasts)).toBeCloseTo((1 + 2 / 3) / 2, 9)
    expect(calibrationError(reliabilityOf(forecasts))).toBeCloseTo((0.1 + 0.8 + 0.7 + 0.1) / 4, 9)
  })
})

/** Sees the future; finds its place by the values, which never repeat. */
function oracle(values: Float64Array, limit: number) {
  const indexOf = new Map(Array.from(values, (value, i) => [value, i]))
  let now = 0
  return {
    observe: (_: number, value: number) => void (now = indexOf.get(value)!),
    probability: () => (values.subarray(now + 1, now + 16).some(value => value >= limit) ? 1 : 0),
  }
}
