import { readFile } from 'node:fs/promises'
import { DeltaSums, type ForeignScope } from '@homeostat/optimizer/parts'
import type { Snapshot } from '@homeostat/optimizer'
import { collectionsOf, type OtlpCollection, type OtlpExport } from './otlp-metrics.ts'
import { RecordingError } from './recording-error.ts'
import { linesOf, parseLine } from './recording-source.ts'
import type { BacktestSource } from './source.ts'

/** Options of a source that reads OTLP JSON. */
export interface OtlpOptions {
  /** Time between ticks, in milliseconds; exports usually come less often. @default 15000 */
  readonly stepMs?: number
}

export const DEFAULT_STEP_MS = 15_000

/**
 * Metrics in OTLP's JSON: one export a line, as the Collector's and the SDK's file exporters write them, or one array or
 * object of exports. They are offered to the loop as an attached exporter would: rules are evaluated in between, too.
 *
 * @throws {@link RecordingError}
 */
export function openOtlp(file: string, { stepMs = DEFAULT_STEP_MS }: OtlpOptions = {}): BacktestSource {
  return { name: file, intervalMs: stepMs, ownScopes: [], snapshots: () => snapshotsOf(file, stepMs) }
}

async function* snapshotsOf(file: string, stepMs: number): AsyncGenerator<Snapshot> {
  const sums = new DeltaSums(error => {
    throw error
  })
  let next: number | undefined
  let foreign: ForeignScope[] = []
  for await (const collections of exportsOf(file)) {
    const at = Math.max(...collections.map(collection => collection.at))
    next ??= at
    // Exports after a tick come with the next one.
    for (; next < at; next += stepMs) {
      yield { at: next, own: [], foreign }
      foreign = []
    }
    foreign.push(
      ...collections.map(({ at: collectedAt, metrics }) => ({
        at: collectedAt,
        metrics: sums.toCumulative(metrics, 1, collectedAt),
      })),
    )
  }
  if (next !== undefined) yield { at: next, own: [], foreign }
}

async function* exportsOf(file: string): AsyncGenerator<readonly OtlpCollection[]> {
  let latest = -Infinity
  for await (const [found, number] of documentsOf(file)) {
    if (found.resourceMetrics === undefined)
      throw new RecordingError(file, number, 'this is not an export of metrics: it has no resourceMetrics')
    const collections = collectionsOf(found).filter(({ at }) => at > 0)
    if (collections.length === 0) continue
    const at = Math.max(...collections.map(collection => collection.at))
    // Several processes may write into one file; their clocks need not agree to the millisecond.
    if (at < latest - 60_000) throw new RecordingError(file, number, 'exports must be in the order of their times')
    latest = Math.max(latest, at)
    yield collections
  }
}

/** Line by line where each is a whole document, else the file as one. */
async function* documentsOf(file: string): AsyncGenerator<readonly [OtlpExport, number]> {
  for await (const [line, number] of linesOf(file)) {
    const isByLine = number > 1 || isWhole(line)
    const document = isByLine ? line : await readFile(file, 'utf8')
    const parsed = parseLine(file, document, number) as OtlpExport | readonly OtlpExport[]
    for (const each of [parsed].flat()) yield [each, number]
    if (!isByLine) return
  }
}

function isWhole(line: string): boolean {
  try {
    JSON.parse(line)
    return true
  } catch {
    return false
  }
}
