import type { CDPSession, Page } from 'playwright-core'
import { openConsole } from '@homeostat/console'
import { expect, test } from 'vitest'
import { startBrowser } from '../browser.ts'
import { ADVICE, loadedHomeostat, NEWS_OF_TICK } from '../loaded-homeostat.ts'
import { openStream } from '../stream.ts'

const ENTRIES = 10_000
const SERIES = 500
const MOST_HEAP_MB = 100
/** Milliseconds of the page's thread, without the time in which others had the processor. */
const LONGEST_TASK_MS = 50
/** The share of a core that one viewer may cost the process at the default tick. */
const MOST_SHARE = 0.01
/** Ticks while somebody scrolls. */
const STEPS = 30

interface Frames {
  /** Milliseconds from one frame to the next. */
  readonly gaps: number[]
  /** Durations of tasks of more than 50 ms. */
  readonly longTasks: number[]
}

/** Counts frames and long tasks from now on. */
async function watchFrames(tab: Page): Promise<() => Promise<Frames>> {
  await tab.evaluate(() => {
    const frames = { gaps: [] as number[], longTasks: [] as number[] }
    let last = performance.now()
    const next = (): void => {
      const now = performance.now()
      frames.gaps.push(now - last)
      last = now
      requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
    new PerformanceObserver(list =>
      frames.longTasks.push(...list.getEntries().map(({ duration }) => duration)),
    ).observe({ entryTypes: ['longtask'] as never[] })
    Object.assign(window, { frames })
  })
  return () => tab.evaluate(() => (window as unknown as { frames: Frames }).frames)
}

interface TracedTask {
  readonly name: string
  readonly pid: number
  readonly tid: number
  readonly args?: { readonly name?: string }
  /** Microseconds of the thread's own clock, which stands still while others have the processor. */
  readonly tdur?: number
}

/** Follows the tasks of the page's thread. Returns the milliseconds that each has taken. */
async function traceTasks(debug: CDPSession): Promise<() => Promise<number[]>> {
  const events: TracedTask[] = []
  debug.on('Tracing.dataCollected', ({ value }) => void events.push(...(value as unknown as TracedTask[])))
  const traceConfig = { includedCategories: ['toplevel', 'disabled-by-default-devtools.timeline'] }
  await debug.send('Tracing.start', { transferMode: 'ReportEvents', traceConfig })
  return async () => {
    const isComplete = new Promise(resolve => debug.once('Tracing.tracingComplete', resolve))
    await debug.send('Tracing.end')
    await isComplete
    const threadOf = ({ pid, tid }: TracedTask): string => `${pid} ${tid}`
    const ofPages = new Set(
      events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
    )
    const tasks = events.filter(event => event.name.endsWith('RunTask') && ofPages.has(threadOf(event)))
    return tasks.map(({ tdur = 0 }) => tdur / 1000)
  }
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor((values.length - 1) * share)] ?? 0
}

test(`${ENTRIES} entries and ${SERIES} series are shown a few at a time`, async () => {
  await using loaded = await loadedHomeostat()
  for (let tick = 0; tick < 20; tick++) await loaded.tick()
  await using page = await openConsole(loaded.shown, { port: 0 })
  await using browser = await startBrowser({}, ['--enable-precise-memory-info'])
  const tab = await browser.context.newPage()
  await tab.goto(page.address)
  await tab.locator('.signal canvas').first().waitFor()
  const title = tab.locator('#timeline .panel-aside')
  while (countIn(await title.textContent()) < ENTRIES) {
    const before = countIn(await title.textContent())
    for (let tick = 0; tick < 10; tick++) await loaded.tick()
    await expect
      .poll(async () => countIn(await title.textContent()), { timeout: 60_000 })
      .toBe(Math.min(ENTRIES, before + 10 * NEWS_OF_TICK))
  }
  expect(await tab.locator('#signals .panel-aside span').textContent()).toMatch(/^5\d\d lines$/)

  const debug = await browser.context.newCDPSession(tab)
  await debug.send('Performance.enable', { timeDomain: 'threadTicks' })
  const measured = async (name: string): Promise<number> =>
    (await debug.send('Performance.getMetrics')).metrics.find(each => each.name === name)!.value
  const framesSoFar = await watchFrames(tab)
  const busyBefore = await measured('TaskDuration')
  const tasks = await traceTasks(debug)
  const box = tab.locator('.timeline')
  for (let step = 0; step < STEPS; step++) {
    await box.evaluate((element, share) => (element.scrollTop = element.scrollHeight * share), step / STEPS)
    await loaded.tick()
    await tab.waitForTimeout(100)
  }
  expect(await tab.locator('#trials .figure').count()).toBeGreaterThan(2)
  expect(await tab.locator('#advice .row').count()).toBe(ADVICE)
  // Each list has only the rows that are in sight.
  expect(await tab.locator('.entry').count()).toBeLessThan(50)
  expect(await tab.locator('.signal canvas').count()).toBeLessThan(20)

  const { gaps, longTasks } = await framesSoFar()
  const longestMs = Math.max(...(await tasks()))
  const busyMs = ((await measured('TaskDuration')) - busyBefore) * 1000
  await debug.send('HeapProfiler.collectGarbage')
  const heapMb = (await measured('JSHeapUsedSize')) / 1e6
  console.log(
    `page with ${ENTRIES} entries and ${SERIES} series: ${heapMb.toFixed(1)} MB of heap; ` +
      `time between frames: median ${quantile(gaps, 0.5).toFixed(0)} ms, p99 ${quantile(gaps, 0.99).toFixed(0)} ms, ` +
      `most ${Math.max(...gaps).toFixed(0)} ms over ${gaps.length} frames; ${longTasks.length} tasks over 50 ms; ` +
      `its thread was busy for ${(busyMs / STEPS).toFixed(1)} ms per tick, ${(busyMs / gaps.length).toFixed(1)} ms per frame, ` +
      `and for ${longestMs.toFixed(0)} ms in its longest task`,
  )
  expect(heapMb).toBeLessThan(MOST_HEAP_MB)
  expect(longestMs).toBeGreaterThan(0)
  expect(longestMs).toBeLessThan(LONGEST_TASK_MS)
})

test('what a viewer costs the process', async () => {
  await using loaded = await loadedHomeostat()
  await using page = await openConsole(loaded.shown, { port: 0 })
  const ticks = async (count: number): Promise<number> => {
    const before = process.cpuUsage()
    for (let tick = 0; tick < count; tick++) {
      await loaded.tick()
      // The console works after the tick.
      await new Promise(resolve => setTimeout(resolve, 15))
    }
    const { user, system } = process.cpuUsage(before)
    return (user + system) / 1000 / count
  }
  await ticks(100)
  const aloneMs = await ticks(100)
  const stream = await openStream(page.address)
  await stream.next('past')
  await ticks(20)
  const watchedMs = await ticks(100)
  await stream[Symbol.asyncDispose]()
  const share = (watchedMs - aloneMs) / 5000
  console.log(
    `a tick takes ${aloneMs.toFixed(2)} ms of CPU alone and ${watchedMs.toFixed(2)} ms with a viewer of ${SERIES} series, ` +
      `which reads in this process: ${(100 * share).toFixed(3)} % of a core at the default tick of 5 s`,
  )
  expect(share).toBeLessThan(MOST_SHARE)
})

function countIn(text: string | null): number {
  return Number((text ?? '').replaceAll(/\D/g, ''))
}
