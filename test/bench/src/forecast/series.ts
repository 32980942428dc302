import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'

const MINUTE_MS = 60_000

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

/** A folder of gzipped JSON, one series a file, values as scaled deltas; undefined when it is not there. */
export function readSeries(folder: string): Series[] | undefined {
  if (!existsSync(folder)) return undefined
  const names = readdirSync(folder).filter(name => name.endsWith('.json.gz'))
  return names.toSorted().map(name => {
    const text = gunzipSync(readFileSync(join(folder, name))).toString()
    const { deltas, scale, ...rest } = JSON.parse(text) as Series & { deltas: number[]; scale: number }
    const values = new Float64Array(deltas.length)
    let sum = 0
    deltas.forEach((delta, i) => (values[i] = (sum += delta) * 10 ** -scale))
    return { ...rest, values }
  })
}

/** A few weeks of four made-up machines: a day's rhythm, a job by the clock, a slow leak with restarts, bursts. */
export function generateSeries(days: number): Series[] {
  const kinds = ['cpu', 'memory', 'database', 'network'] as const
  return kinds.map((kind, k): Series => {
    const random = generator(k + 1)
    const n = days * 1440
    const values = new Float64Array(n)
    let walk = 0
    let burst = 0
    for (let i = 0; i < n; i++) {
      walk = 0.98 * walk + 0.02 * (random() - 0.5) * 8
      burst = random() < 1 / 300 ? 0.3 * random() + 0.1 : burst * 0.9
      const day = 0.15 * Math.sin((2 * Math.PI * i) / 1440)
      const job = kind === 'database' && i % 60 < 4 ? 0.35 : 0
      const leak = kind === 'memory' ? ((i % 700) / 700) * 0.4 : 0
      values[i] = Math.max(0, 0.3 + day + 0.1 * walk + burst + job + leak + 0.02 * (random() - 0.5))
    }
    const half = n >> 1
    const sorted = values.slice(0, half).toSorted()
    const thresholds = [95, 99].map(q => ({ name: `p${q}`, value: sorted[Math.floor((q / 100) * half)]! }))
    const unit = kind === 'network' ? 'abs' : 'ratio'
    return {
      id: `made-${kind}`,
      kind,
      unit,
      intervalMs: MINUTE_MS,
      start: 1_560_000_000_000,
      scoreFrom: half,
      thresholds,
      values,
    }
  })
}

/** Numbers in [0, 1): mulberry32. */
function generator(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
