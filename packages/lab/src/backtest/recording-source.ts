import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { ValueType } from '@opentelemetry/api'
import type { MetricData, ScopeMetrics } from '@homeostat/signals'
import { CUMULATIVE, DELTA, GAUGE_POINT, HISTOGRAM_POINT, hrTime, SUM_POINT } from '@homeostat/signals'
import type { Snapshot } from '@homeostat/optimizer'
import type { RecordedMetric, RecordedScope, RecordedSnapshot, RecordedValue, RecordingHeader } from './recording.ts'
import { RecordingError } from './recording-error.ts'
import type { BacktestSource } from './source.ts'

/**
 * A recording of our own, read while it is played.
 *
 * @throws {@link RecordingError}
 */
export async function openRecording(file: string): Promise<BacktestSource> {
  const header = await readHeader(file)
  const { intervalMs, scopes } = header
  return {
    name: file,
    intervalMs,
    ownScopes: scopes.filter(({ own }) => own),
    snapshots: () => snapshotsOf(file, header),
  }
}

/** The lines of a file that are not empty, each with its number. */
export async function* linesOf(file: string): AsyncGenerator<readonly [line: string, number: number]> {
  let number = 0
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    number++
    if (line.trim() !== '') yield [line, number]
  }
}

export function parseLine(file: string, line: string, number: number): unknown {
  try {
    return JSON.parse(line)
  } catch (error) {
    throw new RecordingError(
      file,
      number,
      'no JSON: is it a recording of Homeostat, or metrics in the JSON of OTLP?',
      error,
    )
  }
}

async function readHeader(file: string): Promise<RecordingHeader> {
  for await (const [line, number] of linesOf(file)) {
    const header = parseLine(file, line, number) as RecordingHeader | null
    if (header?.homeostat !== 'recording') throw new RecordingError(file, number, 'this is not a recording')
    if (header.version !== 1)
      throw new RecordingError(file, number, `version ${String(header.version)} of the format is not known, 1 is`)
    if (!(header.intervalMs > 0) || !Array.isArray(header.scopes))
      throw new RecordingError(file, number, 'the header needs intervalMs and scopes')
    return header
  }
  throw new RecordingError(file, 1, 'the file is empty')
}

async function* snapshotsOf(file: string, { scopes }: RecordingHeader): AsyncGenerator<Snapshot> {
  const layouts = scopes.map(layoutOf)
  let isHeader = true
  for await (const [line, number] of linesOf(file)) {
    if (isHeader) {
      isHeader = false
      continue
    }
    const { at, collections } = parseLine(file, line, number) as RecordedSnapshot
    if (!Number.isFinite(at) || !Array.isArray(collections))
      throw new RecordingError(file, number, 'a snapshot needs at and collections')
    const snapshot = { at, own: [] as ScopeMetrics[], foreign: [] as Snapshot['foreign'][number][] }
    for (const [index, collectedAt, values] of collections) {
      const layout = layouts[index]
      if (!layout) throw new RecordingError(file, number, `scope ${index} is not in the header`)
      const metrics = layout.fill(values, collectedAt)
      if (layout.own) snapshot.own.push(metrics)
      else snapshot.foreign.push({ at: collectedAt, metrics, provider: layout.provider })
    }
    yield snapshot
  }
}

interface ScopeLayout {
  readonly own: boolean
  readonly provider: number
  fill(values: readonly RecordedValue[], at: number): ScopeMetrics
}

function layoutOf({ name, version, own, provider = 1, metrics, series }: RecordedScope): ScopeLayout {
  const scope = { name, ...(version !== undefined && { version }) }
  const rows = metrics.map((metric, index) => ({
    metric,
    series: series.flatMap((each, place) =>
      each.metric === index ? [{ place, attributes: each.attributes, startTime: hrTime(each.startMs) }] : [],
    ),
  }))
  return {
    own,
    provider,
    fill(values, at) {
      const endTime = hrTime(at)
      const filled = rows.map(({ metric, series: places }) => {
        const dataPoints = []
        for (const { place, attributes, startTime } of places) {
          const value = values[place] ?? null
          if (value !== null) dataPoints.push({ startTime, endTime, attributes, value: readValue(value, metric) })
        }
        return { ...describe(metric), dataPoints } as MetricData
      })
      return { scope, metrics: filled }
    },
  }
}

function readValue(value: NonNullable<RecordedValue>, { boundaries = [] }: RecordedMetric): unknown {
  if (typeof value === 'number') return value
  if (typeof value === 'string') return Number(value)
  const [count = 0, sum = 0, ...counts] = value
  return { buckets: { boundaries, counts }, sum, count }
}

function describe({ name, unit, kind, carried, type }: RecordedMetric): object {
  return {
    descriptor: { name, unit, description: '', valueType: ValueType.DOUBLE, ...(type !== undefined && { type }) },
    aggregationTemporality: carried ? DELTA : CUMULATIVE,
    dataPointType: kind === 'gauge' ? GAUGE_POINT : kind === 'histogram' ? HISTOGRAM_POINT : SUM_POINT,
    ...((kind === 'counter' || kind === 'sum') && { isMonotonic: kind === 'counter' }),
  }
}
