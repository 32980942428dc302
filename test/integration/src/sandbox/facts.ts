import { isMainThread } from 'node:worker_threads'

/** What the test compares: the process of the worker, and that of a sandboxed processor. */
export interface Facts {
  readonly isMainThread: boolean
  readonly pid: number
  readonly mode: string
  readonly findings: readonly string[]
  readonly started: readonly string[]
  readonly ticks: number
  readonly signalListeners: number
  readonly metrics: readonly string[]
}

export async function factsOf(): Promise<Facts> {
  const { homeostat, started, ticks, metrics } = globalThis.preloaded
  return {
    isMainThread,
    pid: process.pid,
    mode: homeostat.mode,
    findings: homeostat.report().findings.map(({ text }) => text),
    started,
    ticks: ticks(),
    signalListeners: process.listenerCount('SIGUSR2'),
    metrics: await metrics(),
  }
}
