import { openOtlp } from './otlp-source.ts'
import { openPrometheus } from './prometheus-source.ts'
import { linesOf, openRecording } from './recording-source.ts'
import type { ProgramSource } from '@homeostat/optimizer'
import type { BacktestSource } from './source.ts'

/** Options of `openSource()`. Times are in milliseconds. */
export interface OpenSourceOptions {
  /** The programs to try: from a Prometheus server only the series that they read are fetched. */
  readonly programs: readonly ProgramSource[]
  readonly startMs?: number
  readonly endMs?: number
  readonly stepMs?: number
  /** Receives the progress of the download. */
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
