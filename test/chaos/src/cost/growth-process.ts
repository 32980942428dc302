import { Collections } from './collections.ts'
import { GrowingWorkload } from './growing-workload.ts'
import { cpuOfTurnsDuring, longestOf, processMs } from './turns.ts'
import { INTERVAL_MS } from './workload.ts'

/** What grows: alerts of one rule, series with a thousand alerts, or rules over a hundred series. */
export interface GrowthTask {
  readonly of: 'alerts' | 'series' | 'rules'
  readonly count: number
  /** Ticks that are measured. */
  readonly times: number
}

export interface Growth {
  /** CPU of a tick over all threads of the process, those of V8 included; mean. */
  readonly cpuMs: number
  /** CPU of a turn of the event loop in milliseconds, the longest of each tick. */
  readonly longestSlices: readonly number[]
  /** The longest pause for the collection of garbage in milliseconds; it is part of some slice. */
  readonly longestCollectionMs: number
  /** The sizes that were found to be in force. */
  readonly alerts: number
  readonly rules: number
}

/** Windows are full and alerts fire, and the compiler is through. */
const WARM_UP_TICKS = 30

process.once('message', (task: GrowthTask) => {
  void ticks(task).then(growth => process.send?.(growth, () => process.disconnect()))
})

async function ticks({ of, count, times }: GrowthTask): Promise<Growth> {
  const workload = new GrowingWorkload(of, count)
  const { optimizer } = workload
  await optimizer.loadInSlices(workload.program)
  let now = Date.now()
  for (let tick = 0; tick < WARM_UP_TICKS; tick++) {
    workload.serve()
    await optimizer.tickInSlices((now += INTERVAL_MS))
  }
  const cpuMs: number[] = []
  const longestSlices: number[] = []
  const collections = new Collections()
  for (let tick = 0; tick < times; tick++) {
    workload.serve()
    const before = processMs()
    const turns = await cpuOfTurnsDuring(optimizer.tickInSlices((now += INTERVAL_MS)))
    cpuMs.push(processMs() - before)
    longestSlices.push(longestOf(turns))
  }
  const longestCollectionMs = await collections.longestMs()
  const { firings = [] } = optimizer.ledger.entries.at(-1) ?? {}
  const rules = optimizer.rules.health.length
  return { cpuMs: mean(cpuMs), longestSlices, longestCollectionMs, alerts: firings.length, rules }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
