import { setTimeout as sleep } from 'node:timers/promises'
import { steadyNow, Ticker } from '@homeostat/optimizer/parts'
import { turnsDuring } from './turns.ts'
import { INTERVAL_MS, LOOK_MS, Workload } from './workload.ts'

/** What a process is asked to measure. */
export interface CostTask {
  /** Whether its loop ticks; without it, it serves the same requests and does nothing else. */
  readonly isTicking: boolean
  readonly measureMs: number
  /** Ticks whose slices are looked at afterwards. */
  readonly slicedTicks: number
}

export interface Cost {
  readonly cpuMs: number
  readonly wallMs: number
  readonly ticks: number
  readonly series: number
  readonly rules: number
  readonly tickMsMedian: number
  /** Milliseconds between two turns of the event loop while a tick was under way, longest of each tick. */
  readonly longestSlices: readonly number[]
  readonly slices: number
  readonly slicesOver2Ms: number
  readonly slicedMs: number
  /** The same of an event loop that does nothing, for what the machine itself takes away. */
  readonly turnsOver2MsPerSecond: number
}

/** Enough for the windows of all rules to fill, and for the compiler to be through. */
const WARM_UP_TICKS = 60
const SLICE_MS = 2
const IDLE_MS = 2000

process.once('message', (task: CostTask) => {
  void measure(task).then(cost => process.send?.(cost, () => process.disconnect()))
})

async function measure({ isTicking, measureMs, slicedTicks }: CostTask): Promise<Cost> {
  const workload = new Workload()
  const { optimizer } = workload
  const tickMs: number[] = []
  let now = steadyNow() - WARM_UP_TICKS * INTERVAL_MS
  for (let tick = 0; tick < WARM_UP_TICKS; tick++) {
    workload.serve()
    if (isTicking) await optimizer.tickInSlices((now += INTERVAL_MS))
  }
  const ticker = new Ticker(
    INTERVAL_MS,
    async at => void tickMs.push((await optimizer.tickInSlices(at)).durationMs),
    raise,
  )
  const looker = new Ticker(LOOK_MS, at => optimizer.looks.lookInSlices(at), raise)
  const requests = setInterval(() => workload.serve(), INTERVAL_MS)
  if (isTicking) {
    ticker.start()
    looker.start()
  }
  // What is left of the warm-up, garbage above all, is not the loop's.
  await sleep(INTERVAL_MS / 2)
  const [before, began] = [process.cpuUsage(), performance.now()]
  await sleep(measureMs)
  const { user, system } = process.cpuUsage(before)
  const wallMs = performance.now() - began
  ticker.stop()
  looker.stop()
  clearInterval(requests)

  const slices: number[][] = []
  now = steadyNow()
  for (let tick = 0; tick < (isTicking ? slicedTicks : 0); tick++) {
    workload.serve()
    slices.push(await turnsDuring(optimizer.tickInSlices((now += INTERVAL_MS))))
  }
  const idle = await turnsDuring(sleep(IDLE_MS))
  const all = slices.flat()
  return {
    cpuMs: (user + system) / 1000,
    wallMs,
    ticks: tickMs.length,
    series: workload.series,
    rules: optimizer.rules.health.length,
    tickMsMedian: tickMs.toSorted((a, b) => a - b)[Math.floor(tickMs.length / 2)] ?? 0,
    longestSlices: slices.map(turns => Math.max(...turns)),
    slices: all.length,
    slicesOver2Ms: all.filter(ms => ms > SLICE_MS).length,
    slicedMs: all.reduce((sum, ms) => sum + ms, 0),
    turnsOver2MsPerSecond: idle.filter(ms => ms > SLICE_MS).length / (IDLE_MS / 1000),
  }
}

function raise(error: unknown): void {
  throw error
}
