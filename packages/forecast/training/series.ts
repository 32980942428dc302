// Reads a folder of the forecasting benchmark: gzipped JSON, one series a file, values as scaled deltas.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

export interface Series {
  readonly id: string
  readonly kind: 'cpu' | 'memory' | 'database' | 'network'
  readonly unit: string
  readonly intervalMs: number
  readonly start: number
  /** Index from which forecasts are scored: limits are quantiles of what lies before. */
  readonly scoreFrom: number
  readonly thresholds: readonly { readonly name: string; readonly value: number }[]
  readonly values: Float64Array
}

/** All series of a folder, by name. */
export function readSeries(folder: string): Series[] {
  return readdirSync(folder)
    .filter(name => name.endsWith('.json.gz'))
    .toSorted()
    .map(name => {
      const { deltas, scale, ...rest } = JSON.parse(
        gunzipSync(readFileSync(join(folder, name))).toString(),
      ) as Series & {
        deltas: number[]
        scale: number
      }
      const values = new Float64Array(deltas.length)
      let sum = 0
      for (let i = 0; i < deltas.length; i++) values[i] = (sum += deltas[i]!) * 10 ** -scale
      return { ...rest, values }
    })
}

/** Series of one machine vary together. The files of a machine follow each other and have the same length. */
export function machineOf(series: readonly Series[]): number[] {
  const runs: number[] = []
  let run = -1
  series.forEach((one, i) => {
    const before = series[i - 1]
    const same = before !== undefined && before.values.length === one.values.length
    // A machine's files begin with its processor.
    if (!same || (one.kind === 'cpu' && before.kind !== 'cpu')) run++
    runs.push(run)
  })
  // Longer runs are collections of single series.
  const sizes = new Map<number, number>()
  for (const run of runs) sizes.set(run, (sizes.get(run) ?? 0) + 1)
  return runs.map((of, i) => (sizes.get(of)! > 8 ? 10_000 + i : of))
}

/** Assigns whole machines to folds, the largest first, each to the emptiest fold. */
export function foldsOf(series: readonly Series[], folds: number): number[] {
  const machines = machineOf(series)
  const sizes = new Map<number, number>()
  machines.forEach((machine, i) => sizes.set(machine, (sizes.get(machine) ?? 0) + series[i]!.thresholds.length))
  const load = new Array<number>(folds).fill(0)
  const foldOf = new Map<number, number>()
  for (const [machine, size] of [...sizes].toSorted((a, b) => b[1] - a[1] || a[0] - b[0])) {
    const fold = load.indexOf(Math.min(...load))
    load[fold]! += size
    foldOf.set(machine, fold)
  }
  return machines.map(machine => foldOf.get(machine)!)
}
