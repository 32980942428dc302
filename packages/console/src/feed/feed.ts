import { randomUUID } from 'node:crypto'
import type { LedgerEntry } from '@homeostat/optimizer'
import { wallTime } from '@homeostat/optimizer/parts'
import { SlicedWork, type Steps } from '@homeostat/signals'
import type { Messages } from '../wire/messages.ts'
import type { NewsItem } from '../wire/news-item.ts'
import type { ShownHomeostat } from '../shown-homeostat.ts'
import { Gauges } from './gauges.ts'
import { newsIn } from './news-in.ts'
import { ChangedSections, sectionsOf } from './sections.ts'

/** As much as the page keeps at most in an hour of a busy process; a viewer that comes later gets these. */
const MOST_NEWS = 2000
/** Work between two turns of the event loop. */
const SLICE_MS = 1
/** Without ticks to measure their distance. */
const USUAL_INTERVAL_MS = 5000

/** Takes a message: the name of its event, and its data as JSON. */
export type Send = (event: keyof Messages, data: string) => void

/**
 * Follows a Homeostat while somebody looks, once for all viewers. Before the first viewer and after the last one it listens to nothing and
 * computes nothing.
 */
export class Feed {
  readonly #homeostat: ShownHomeostat
  readonly #send: Send
  readonly #onFault: (error: unknown) => void
  readonly #process = randomUUID()
  #watching: Watching | undefined

  /**
   * @param send - takes the messages for all viewers
   * @param onFault - takes what failed in the work of a tick
   */
  constructor(homeostat: ShownHomeostat, send: Send, onFault: (error: unknown) => void) {
    this.#homeostat = homeostat
    this.#send = send
    this.#onFault = onFault
  }

  /** Whether it follows the Homeostat now. */
  get isOn(): boolean {
    return this.#watching !== undefined
  }

  /** A viewer has come: it gets everything that is known. */
  begin(send: Send): void {
    const { optimizer } = this.#homeostat
    const [before, last] = optimizer.ledger.entries.slice(-2)
    const intervalMs = before && last ? last.now - before.now : USUAL_INTERVAL_MS
    send('hello', json({ process: this.#process, intervalMs, at: Date.now() } satisfies Messages['hello']))
    const watching = (this.#watching ??= new Watching(this.#homeostat, this.#send, this.#onFault, intervalMs))
    watching.show(send)
  }

  /** The last viewer has gone. */
  end(): void {
    this.#watching?.[Symbol.dispose]()
    this.#watching = undefined
  }

  /** Somebody has stopped or released something, and wants to see that at once. */
  refresh(): void {
    this.#watching?.refresh()
  }
}

class Watching implements Disposable {
  readonly #homeostat: ShownHomeostat
  readonly #send: Send
  readonly #onFault: (error: unknown) => void
  readonly #sections = new ChangedSections()
  readonly #listening: Disposable
  readonly #intervalMs: number
  #news: NewsItem[] = []
  /** The entry that was read last. */
  #last: LedgerEntry | undefined
  #gauges: Gauges
  /** The work of the ticks, one after the other. */
  #work: Promise<unknown> = Promise.resolve()
  #waitingTicks = 0
  /** Whether the past is still to be read and sent to all viewers. */
  #isCatchingUp = false
  #isOver = false

  constructor(homeostat: ShownHomeostat, send: Send, onFault: (error: unknown) => void, intervalMs: number) {
    this.#homeostat = homeostat
    this.#send = send
    this.#onFault = onFault
    this.#intervalMs = intervalMs
    const { optimizer } = homeostat
    const { entries } = optimizer.ledger
    this.#keep(entries.flatMap(entry => this.#read(entry)))
    const sections = sectionsOf(homeostat)
    this.#sections.changedIn(sections)
    this.#gauges = new Gauges(homeostat, sections.forecasts)
    this.#listening = optimizer.on(entry => this.#tick(entry))
    const last = entries.at(-1)
    if (last === undefined) return
    this.#isCatchingUp = true
    void this.#do(() => this.#begin(last.now))
  }

  /** Gives one viewer everything. */
  show(send: Send): void {
    send('sections', this.#sections.all)
    send('news', json(this.#news))
    send('gauges', json(this.#gauges.all))
    if (!this.#isCatchingUp) void this.#do(() => this.#sendPast(send))
  }

  refresh(): void {
    if (this.#isOver) return
    try {
      const changed = this.#sections.changedIn(sectionsOf(this.#homeostat))
      if (changed !== undefined) this.#send('sections', changed)
    } catch (error) {
      this.#onFault(error)
    }
  }

  [Symbol.dispose](): void {
    this.#isOver = true
    this.#listening[Symbol.dispose]()
    this.#gauges[Symbol.dispose]()
  }

  /** The loop calls this within its tick, so the work is done later. */
  #tick(entry: LedgerEntry): void {
    // Ticks that come faster than they can be shown are left out of the charts, never of the timeline.
    const isLate = this.#waitingTicks > 1
    this.#waitingTicks++
    void this.#do(() => this.#show(entry, isLate)).finally(() => this.#waitingTicks--)
  }

  /** Never rejects. */
  #do(steps: () => Steps<void>): Promise<unknown> {
    this.#work = this.#work
      .then(() => (this.#isOver ? undefined : new SlicedWork(this.#whileOn(steps()), SLICE_MS).done))
      .catch(this.#onFault)
    return this.#work
  }

  /** Takes no step after the last viewer has gone: what it made would not be given back any more. */
  *#whileOn(steps: Steps<void>): Steps<void> {
    for (const step of steps) {
      yield step
      if (this.#isOver) return
    }
  }

  *#show(entry: LedgerEntry, isLate: boolean): Steps<void> {
    const news = this.#read(entry)
    this.#keep(news)
    if (news.length > 0) this.#send('news', json(news))
    yield
    const sections = sectionsOf(this.#homeostat)
    yield
    const changed = this.#sections.changedIn(sections)
    if (changed !== undefined) this.#send('sections', changed)
    if (isLate) return
    yield
    if (!this.#gauges.isCurrent) {
      this.#gauges[Symbol.dispose]()
      this.#gauges = new Gauges(this.#homeostat, sections.forecasts)
      yield* this.#catchUp(entry.now)
      return
    }
    this.#gauges.follow(sections.forecasts)
    const sample = yield* this.#gauges.sample(entry.now, wallTime)
    const gauges = this.#gauges.takeNews()
    if (gauges) this.#send('gauges', json(gauges))
    this.#send('sample', json(sample))
  }

  /** A viewer that comes before the end of it gets the same. */
  *#begin(now: number): Steps<void> {
    try {
      yield* this.#catchUp(now)
    } finally {
      this.#isCatchingUp = false
    }
  }

  /** What the store still has of the time before the first viewer. */
  *#catchUp(now: number): Steps<void> {
    yield* this.#gauges.lookBack(now, this.#intervalMs, wallTime)
    yield* this.#gauges.sample(now, wallTime)
    this.#send('gauges', json(this.#gauges.takeNews() ?? this.#gauges.all))
    yield* this.#sendPast(this.#send)
  }

  /** The past of five hundred lines takes tens of milliseconds to be written as text. */
  *#sendPast(send: Send): Steps<void> {
    send('past', yield* this.#gauges.pastInSteps())
  }

  #read(entry: LedgerEntry): NewsItem[] {
    const news = newsIn(entry, this.#last)
    this.#last = entry
    return news
  }

  #keep(news: readonly NewsItem[]): void {
    this.#news.push(...news)
    if (this.#news.length > MOST_NEWS) this.#news = this.#news.slice(-MOST_NEWS)
  }
}

function json(value: unknown): string {
  return JSON.stringify(value)
}
