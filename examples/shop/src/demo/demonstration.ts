import { availableParallelism } from 'node:os'
import { CATALOGUE } from '../load/visitors.ts'
import { scheduleOf } from '../load/schedule.ts'
import { EVERYDAY, LATEST_MS, LOAD_MS, TROUBLES } from '../load/troubles.ts'
import type { Lane } from '../settings.ts'
import { LANES } from '../settings.ts'
import { coreTimes, groupsOf, idleShare, idleShareNow, sharingText } from './cores.ts'
import type { LaneResult } from './demo-lane.ts'
import { DemoLane } from './demo-lane.ts'
import { DemoRun } from './demo-run.ts'
import type { Interruption } from './interruption.ts'
import { unequalLoad } from './lane-table.ts'
import { News } from './news.ts'
import type { DemoOptions } from './options.ts'
import type { KnobReadings } from './restart.ts'
import { killAndRestart, missingOfRestart, readableKnobsOf } from './restart.ts'
import type { Screen } from './screen.ts'
import { HEAP_LIMIT } from './shop-process.ts'
import { Story } from './story.ts'
import type { Ended, Watched } from './summary.ts'
import { paragraph } from './table.ts'
import { Timeline } from './timeline.ts'

const CONSOLE = /^homeostat: console: (http\S+)/
const CONSOLE_WITHIN_MS = 15_000
const PROGRESS_MS = 5000
/** Visits of the everyday are drawn for so long at a time. */
const EVERYDAY_MS = 60_000

export interface DemonstrationOptions extends Pick<DemoOptions, 'durationMs' | 'lanes' | 'seed' | 'watch'> {
  readonly interruption: Interruption
  readonly screen: Screen
}

/** One demonstration: the same load in each lane, and a kill at the end of Homeostat's. Disposed of, everything is stopped. */
export class Demonstration implements AsyncDisposable {
  readonly #options: DemonstrationOptions
  readonly #timeline: Timeline
  readonly #story = new Story()
  readonly #news = new News()
  readonly #open = new Map<DemoLane, Disposable>()
  #console = Promise.withResolvers<string>()
  #isHeard = true
  #watched: { readonly lane: DemoLane; readonly run: DemoRun } | undefined

  constructor(options: DemonstrationOptions) {
    this.#options = options
    this.#timeline = new Timeline(options.screen)
  }

  /** Undefined after an interruption. */
  async run(): Promise<Ended | undefined> {
    const { seed, durationMs, lanes, watch, interruption, screen } = this.#options
    const schedule = scheduleOf(
      [...EVERYDAY, ...TROUBLES.flatMap(({ streams }) => streams)],
      seed,
      durationMs ?? LATEST_MS,
    )
    const cores = availableParallelism()
    const sharing = sharingText(lanes, cores, await idleShareNow(interruption.signal))
    screen.line(`Seed ${seed} has drawn the visits ${schedule.digest}.`)
    screen.line(`Shops: ${lanes.join(', ')}; a heap of ${HEAP_LIMIT} MiB each.`)
    for (const line of paragraph(sharing, screen.width)) screen.line(line)
    const results: LaneResult[] = []
    const missing: string[] = []
    let watched: Watched | undefined
    let { visits } = schedule
    let latestMs = 0
    let idle = 1
    for (const group of groupsOf(lanes, cores)) {
      this.#timeline.pause()
      screen.line(`Starting ${group.join(' and ')}, with Postgres and Redis ...`)
      const open = await interruption.unless(Promise.all(group.map(lane => this.#openLane(lane))))
      const run = new DemoRun({ lanes: open, story: this.#story, timeline: this.#timeline })
      const lane = open.find(each => each.lane === 'homeostat')
      if (lane) missing.push(...(await this.#announceConsole()))
      await this.#fill(open)
      const before = lane && (await readableKnobsOf(lane))
      const from = coreTimes()
      this.#timeline.begin()
      const { begun, lateMs } = await run.load(visits, durationMs ?? LOAD_MS, interruption.signal)
      // The next shop gets as many as this one.
      visits = visits.slice(0, begun)
      latestMs = Math.max(latestMs, lateMs)
      idle = Math.min(idle, idleShare(from, coreTimes()))
      if (interruption.signal.aborted) return undefined
      results.push(...(await Promise.all(open.map(each => each.result()))))
      if (lane && before) {
        watched = await this.#end(lane, before)
        if (interruption.signal.aborted) return undefined
        if (watched.restarted.failure === undefined) this.#watched = { lane, run }
      }
      missing.push(...run.missing)
      this.#timeline.end()
      // A shop that goes on would take from the next one.
      const closing = open.filter(each => each !== lane || !watch)
      await Promise.all(closing.map(each => this.#close(each)))
    }
    results.sort((one, other) => LANES.indexOf(one.lane) - LANES.indexOf(other.lane))
    if (watched) missing.push(...this.#story.missing, ...missingOfRestart(watched.restarted))
    missing.push(...unequalLoad(results))
    return { seed, digest: schedule.digest, results, watched, missing, lateMs: latestMs, idle }
  }

  /** The address of Homeostat's shop. */
  get shopUrl(): string | undefined {
    return this.#watched?.lane.shop.url
  }

  /** The shop goes on under its everyday load until the interruption. */
  async everyday(): Promise<void> {
    let seed = this.#options.seed
    this.#isHeard = true
    await this.#watched?.run.everyday(
      () => scheduleOf(EVERYDAY, ++seed, EVERYDAY_MS),
      this.#options.interruption.signal,
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#timeline.close()
    await Promise.all([...this.#open.keys()].map(lane => this.#close(lane)))
  }

  async #openLane(lane: Lane): Promise<DemoLane> {
    const isWatched = lane === 'homeostat'
    const opened = await DemoLane.open({
      lane,
      port: isWatched ? (process.env['PORT'] ?? '0') : '0',
      onTick: (entry, arms) => {
        if (!this.#isHeard) return
        if (this.#watched === undefined) this.#story.read(entry, arms)
        this.#timeline.addNews(this.#news.read(entry))
      },
      onLine: line => this.#hear(line, lane),
    })
    this.#expectToRun(opened)
    return opened
  }

  /** Long work: it says how long it takes, and that it goes on. */
  async #fill(lanes: readonly DemoLane[]): Promise<void> {
    const { interruption, screen } = this.#options
    const startedAt = performance.now()
    const seconds = (): string => `${Math.round((performance.now() - startedAt) / 1000)} s`
    const orders = CATALOGUE.orders.toLocaleString('en-US')
    screen.line(`Filling the database${lanes.length > 1 ? 's' : ''} with a year of ${orders} orders ...`)
    const progress = setInterval(() => this.#timeline.progress(`still filling, for ${seconds()}`), PROGRESS_MS)
    try {
      await interruption.unless(Promise.all(lanes.map(lane => lane.fill())))
    } finally {
      clearInterval(progress)
      this.#timeline.end()
    }
    screen.line(`Filled after ${seconds()}. The visitors come now.`)
    screen.line()
  }

  #expectToRun(lane: DemoLane): void {
    const { interruption } = this.#options
    this.#open.set(
      lane,
      interruption.failOn(lane.shop.ended, how => `the shop ${how} while it was needed`),
    )
  }

  async #close(lane: DemoLane): Promise<void> {
    this.#open.get(lane)?.[Symbol.dispose]()
    this.#open.delete(lane)
    await lane[Symbol.asyncDispose]()
  }

  #hear(line: string, lane: Lane): void {
    const address = CONSOLE.exec(line)?.[1]
    if (address !== undefined) this.#console.resolve(address)
    // What Homeostat reports is in the timeline already, from its ledger.
    if (line.startsWith('homeostat:')) return
    this.#timeline.add('shop', `${lane}: ${line.replace(/^shop: /, '')}`)
  }

  /** A line for the address that did not come. */
  async #announceConsole(): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    const overdue = setTimeout(resolve, CONSOLE_WITHIN_MS, undefined)
    const address = await Promise.race([this.#console.promise, promise])
    clearTimeout(overdue)
    this.#options.screen.line(address === undefined ? 'There is no console.' : `Look at it in a browser: ${address}`)
    return address === undefined ? ['expected the console to have an address, and it had none'] : []
  }

  async #end(lane: DemoLane, before: KnobReadings): Promise<Watched> {
    // What the next process reports belongs to no promise.
    this.#isHeard = false
    this.#open.get(lane)?.[Symbol.dispose]()
    const restarted = await killAndRestart(lane, before, this.#options.interruption.signal, () =>
      this.#timeline.add('kill', 'kill -9 of the process with Homeostat; it is started again'),
    )
    if (restarted.failure === undefined) this.#expectToRun(lane)
    return { story: this.#story, restarted }
  }
}
