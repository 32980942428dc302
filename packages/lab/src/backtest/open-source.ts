import { openOtlp } from './otlp-source.ts'
import { openPrometheus } from './prometheus-source.ts'
import { linesOf, openRecording } from './recording-source.ts'
import type { ProgramSource } from '@homeostat/optimizer'
import type { BacktestSource } from './source.ts'

/** Options of `openSource()`. Times are in milliseconds. */
export interface OpenSourceOptions {
  /** The programs to try: from a Prometheus server only the series that they read are fetched. */
  readonly programs: readonly ProgramSource[]
  /** Start of the data that is fetched from a Prometheus server, in milliseconds since the epoch. @default a day before the end */
  readonly startMs?: number
  /** End of the data that is fetched, in milliseconds since the epoch; required for a Prometheus server. @default none */
  readonly endMs?: number
  /** Time between ticks, in milliseconds, if the source names none. @default 15000 */
  readonly stepMs?: number
  /** Receives the progress of the download. @default nothing is reported */
  readonly onProgress?: (line: string) => void
}

/** A recording, an export in OTLP's JSON, or the address of a Prometheus server; the kind of a file follows from its first line. */
export async function openSource(from: string, options: OpenSourceOptions): Promise<BacktestSource> {
  if (/^https?:\/\//.test(from)) return openPrometheus(from, options)
  const { stepMs } = options
  for await (const [line] of linesOf(from)) {
    if (/"homeostat"\s*:\s*"recording"/.test(line.slice(0, 200))) return openRecording(from)
    break
  }
  return openOtlp(from, stepMs === undefined ? {} : { stepMs })
}
