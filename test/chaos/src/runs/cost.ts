import { fork } from 'node:child_process'
import { once } from 'node:events'
import type { ChaosRow, ChaosRun } from '../chaos-run.ts'
import type { Cost, CostTask } from '../cost/cost-process.ts'
import type { Growth, GrowthTask } from '../cost/growth-process.ts'
import type { Loading, LoadingTask } from '../cost/loading-process.ts'
import { longestOf, median } from '../cost/turns.ts'
import { INTERVAL_MS } from '../cost/workload.ts'

const GOAL_PERCENT = 0.5
const GOAL_SLICE_MS = 2
/** With 10,000 series and 1,000 alerts, or whatever else there is much of. */
const GOAL_GROWN_PERCENT = 5
const GOAL_GROWN_SLICE_MS = 5
const GOAL_LOADING_SLICE_MS = 10
const SIZES = [100, 1000, 10_000]

export const run: ChaosRun = {
  name: 'cost',
  about: 'what the loop costs with 200 rules over 10,000 series, and as alerts, series and rules grow',
  async run({ short, report }) {
    const measureMs = short ? 5500 : 120_000
    const slicedTicks = short ? 30 : 200
    const [ticking, idle] = await Promise.all([
      measured({ isTicking: true, measureMs, slicedTicks }),
      measured({ isTicking: false, measureMs, slicedTicks }),
    ])
    report(cpuRow(ticking, idle))
    report(sliceRow(ticking))
    const sizes = short ? SIZES.slice(0, 2) : SIZES
    for (const what of ['alerts', 'series', 'rules'] as const)
      for (const count of sizes)
        report(growthRow(what, count, await measured({ of: what, count, times: short ? 3 : 50 })))
    for (const by of ['code', 'file'] as const) {
      for (const what of ['rules', 'responses'] as const) {
        for (const count of sizes) {
          const task = { by, what, count, times: short ? 2 : 5 }
          report(loadingRow(task, await measured(task)))
        }
      }
    }
  },
}

function growthRow(of: GrowthTask['of'], count: number, growth: Growth): ChaosRow {
  const { cpuMs, longestSlices, longestCollectionMs, alerts, rules } = growth
  const percentOfCore = (100 * cpuMs) / INTERVAL_MS
  return {
    run: 'cost',
    case: `${count} ${of}`,
    goal: `at most ${GOAL_GROWN_PERCENT} % of a core, longest slice of a tick, median <= ${GOAL_GROWN_SLICE_MS} ms of CPU`,
    cpuMs,
    percentOfCore,
    alerts,
    rules,
    longestMedian: median(longestSlices),
    longestOfAll: longestOf(longestSlices),
    longestCollectionMs,
    met: median(longestSlices) <= GOAL_GROWN_SLICE_MS && percentOfCore <= GOAL_GROWN_PERCENT,
  }
}

function loadingRow({ by, what, count }: LoadingTask, loading: Loading): ChaosRow {
  const { cpuMs, longestSlices, longestCollectionMs, startMs, emptyStartMs, rules } = loading
  const longest = longestOf(longestSlices)
  const withResponses = what === 'responses' ? ' with a response each' : ''
  return {
    run: 'cost',
    case: `${by === 'code' ? 'start in code' : 'start and reload by file'}: ${count} rules${withResponses}`,
    goal: `every slice, and what they add to the call of homeostat(), <= ${GOAL_LOADING_SLICE_MS} ms of CPU`,
    cpuMs,
    startMs,
    emptyStartMs,
    rules,
    longestMedian: median(longestSlices),
    longestOfAll: longest,
    longestCollectionMs,
    met: longest <= GOAL_LOADING_SLICE_MS && startMs - emptyStartMs <= GOAL_LOADING_SLICE_MS,
  }
}

function cpuRow(ticking: Cost, idle: Cost): ChaosRow {
  const [loop, without] = [percentOfCore(ticking), percentOfCore(idle)]
  const difference = loop - without
  return {
    run: 'cost',
    case: `${ticking.rules} rules, ${ticking.series} series, tick of 5 s`,
    goal: `at most ${GOAL_PERCENT} % of a core more than without`,
    percentOfCore: loop,
    without,
    difference,
    ratio: loop / without,
    seconds: ticking.wallMs / 1000,
    ticks: ticking.ticks,
    tickMsMedian: ticking.tickMsMedian,
    met: difference <= GOAL_PERCENT,
  }
}

/**
 * A machine that runs other things takes whole milliseconds away at any time, also from an event loop that does nothing.
 * So the median of the longest slice of each tick counts, and beside it stands how often a turn was longer with and
 * without the loop's work.
 */
function sliceRow({ longestSlices, slices, slicesOver2Ms, slicedMs, turnsOver2MsPerSecond }: Cost): ChaosRow {
  const overPerSecond = slicesOver2Ms / (slicedMs / 1000)
  const sorted = longestSlices.toSorted((a, b) => a - b)
  const longestMedian = sorted[Math.floor(sorted.length / 2)] ?? Infinity
  return {
    run: 'cost',
    case: 'longest slice of a tick',
    goal: `median over the ticks <= ${GOAL_SLICE_MS} ms, or not over it more often than an idle event loop here`,
    longestMedian,
    longestOfAll: sorted.at(-1) ?? Infinity,
    slicesATick: slices / sorted.length,
    over2MsPerBusySecond: overPerSecond,
    over2MsPerSecondWithoutWork: turnsOver2MsPerSecond,
    met: longestMedian <= GOAL_SLICE_MS || overPerSecond <= turnsOver2MsPerSecond,
  }
}

function percentOfCore({ cpuMs, wallMs }: Cost): number {
  return (100 * cpuMs) / wallMs
}

function measured(task: CostTask): Promise<Cost>
function measured(task: GrowthTask): Promise<Growth>
function measured(task: LoadingTask): Promise<Loading>
async function measured(task: CostTask | GrowthTask | LoadingTask): Promise<Cost | Growth | Loading> {
  const [program, isSingle] = programFor(task)
  const child = fork(new URL(program, import.meta.url), { execArgv: isSingle ? ['--single-threaded'] : [] })
  const died = once(child, 'exit').then(([code]) => {
    throw new Error(`the process that measures ended with code ${code}`)
  })
  died.catch(() => undefined)
  child.send(task)
  const [cost] = (await Promise.race([once(child, 'message'), died])) as [Cost | Growth | Loading]
  return cost
}

/** The file that measures, and whether its process has one thread: before Node 24 the loop's thread cannot be distinguished from others. */
function programFor(task: CostTask | GrowthTask | LoadingTask): [program: string, isSingle: boolean] {
  const isSingle = process.threadCpuUsage === undefined
  if ('of' in task) return ['../cost/growth-process.ts', isSingle]
  if ('by' in task) return ['../cost/loading-process.ts', isSingle]
  return ['../cost/cost-process.ts', false]
}
