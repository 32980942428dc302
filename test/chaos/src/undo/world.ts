import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { UndoPlace } from './place.ts'
import { BOUNDS, SimulatedProcess, type AppliedSet } from './simulated-process.ts'
import type { Ending, UndoEvent, UndoTrace } from './trace.ts'

export const ORIGINAL = 8
/** What a trip and an expiry may take: the promise of the kill switch. */
const BOUND_MS = 5000
const PATIENCE_MS = 60_000

/** Time of a world, and whose timers are whose. */
export interface WorldTime {
  now(): number
  advance(ms: number): Promise<void>
  as<T>(owner: unknown, work: () => T): T
  drop(owner: unknown): void
}

export interface WorldOptions {
  readonly place: UndoPlace
  readonly time: WorldTime
  readonly processes: number
  readonly leaseMs: number
  /** Times are kept to the millisecond; else what has to be over in time may take a minute, as on a machine that is busy. */
  readonly isExact: boolean
}

/** What came of a trace: each line is a promise that was broken. */
export interface Outcome {
  readonly broken: readonly string[]
  readonly sets: number
  /**
   * Whether a record was lost together with the process that knew it, or several times while others began from a value that was
   * not known to be ours: then nobody can tell a change from a person's edit, and what stands is left alone.
   */
  readonly isExcused: boolean
}

/**
 * One value, the processes that set it, a person who edits it, and a server that fails. It knows what the value has to be when
 * nothing is changed any more: what a person has written last, else the original.
 */
export class UndoWorld {
  readonly #options: WorldOptions
  readonly #stateDir: string
  readonly #slots: (SimulatedProcess | undefined)[]
  readonly #dead: SimulatedProcess[] = []
  readonly #broken: string[] = []
  readonly #edits = new Set<number>()
  /** The process or person that set the present value, and when. */
  #last: { readonly set: AppliedSet; readonly at: number } | undefined
  readonly #tripped = new Map<SimulatedProcess, number>()
  #expected = ORIGINAL
  #target = 1000
  #edit = 500_000
  #sets = 0
  /** How often the server has lost what it kept. */
  #losses = 0
  #lostProcess = false
  #failOver: (() => void) | undefined

  private constructor(options: WorldOptions, stateDir: string) {
    this.#options = options
    this.#stateDir = stateDir
    this.#slots = Array.from({ length: options.processes }, () => undefined)
  }

  static async run(trace: UndoTrace, options: WorldOptions): Promise<Outcome> {
    const stateDir = await mkdtemp(join(tmpdir(), 'homeostat-undo-'))
    const world = new UndoWorld(options, stateDir)
    try {
      for (let who = 0; who < options.processes; who++) world.#start(who)
      await options.time.advance(1)
      for (const event of trace.events) {
        await world.#happen(event)
        // Where time is real, for a few calls to the server.
        await options.time.advance(options.isExact ? 1 : 30)
        world.#checkTrips()
      }
      await world.#end(trace.ending)
      return {
        broken: world.#broken,
        sets: world.#sets,
        isExcused: world.#losses > 1 || (world.#losses > 0 && world.#lostProcess),
      }
    } finally {
      await world.#close()
      await rm(stateDir, { recursive: true, force: true })
    }
  }

  async #happen(event: UndoEvent): Promise<void> {
    const { place, time } = this.#options
    const one = 'who' in event ? this.#slots[event.who] : undefined
    switch (event.type) {
      case 'pass':
        return this.#pass(event.ms)
      case 'edit':
        this.#expected = this.#edit++
        this.#edits.add(this.#expected)
        this.#last = undefined
        return place.write(this.#expected)
      case 'empty':
        if (place.empty) this.#losses++
        return place.empty?.()
      case 'cut':
        return place.cut?.(true)
      case 'reach':
        return place.cut?.(false)
      case 'replicate':
        this.#failOver = place.replicate?.()
        return
      case 'failOver':
        if (this.#failOver) this.#losses++
        this.#failOver?.()
        this.#failOver = undefined
        return
      case 'start':
        if (!one) this.#start(event.who)
        return
      case 'kill':
        if (one) await this.#kill(event.who)
        return
      case 'adjust':
        return one && time.as(one, () => one.adjust(this.#target++, event.fault, event.lateMs))
      case 'undo':
        return one && time.as(one, () => one.undoLast())
      case 'renew':
        return one && time.as(one, () => one.renew())
      case 'trip':
        if (!one || one.isStopped) return
        this.#tripped.set(one, time.now())
        return time.as(one, () => one.trip())
      case 'release':
        if (!one) return
        one.isStopped = false
        this.#tripped.delete(one)
        return
      case 'readHangs':
      case 'readAnswers':
        if (one) one.readHangs = event.type === 'readHangs'
    }
  }

  #start(who: number): void {
    const { place, time, leaseMs } = this.#options
    const owner: { process?: SimulatedProcess } = {}
    owner.process = time.as(owner, () => {
      const onSet = (set: AppliedSet): void => this.#onSet(set)
      return new SimulatedProcess({ place, stateDir: this.#stateDir, leaseMs, excludeMs: leaseMs, onSet })
    })
    const { process } = owner
    this.#slots[who] = process
    time.as(process, () => process.start())
  }

  async #kill(who: number): Promise<void> {
    const { time, place } = this.#options
    const one = this.#slots[who]!
    if (one.isChanging) this.#lostProcess = true
    time.drop(one)
    await one.kill()
    this.#slots[who] = undefined
    this.#tripped.delete(one)
    this.#dead.push(one)
    // A value in memory ends with its process.
    if (place.keptIn !== 'memory') return
    this.#last = undefined
    await place.write(this.#expected)
  }

  #onSet(set: AppliedSet): void {
    const { scope } = this.#options.place
    this.#sets++
    const what = `${set.expected} to ${set.next}`
    if (!(set.next >= BOUNDS.min && set.next <= BOUNDS.max)) this.#broken.push(`${what} is out of bounds`)
    if (!set.isChange && this.#edits.has(set.expected)) this.#broken.push(`${what} undoes what a person has set`)
    if (set.isChange && set.wasStopped) this.#broken.push(`${what} is a change after the trip`)
    if (set.isChange && scope === 'shared' && !set.hadLease) this.#broken.push(`${what} is a change without a lease`)
    this.#last = { set, at: this.#options.time.now() }
  }

  /** A change of a process whose switch is tripped does not stand for longer than the bound. */
  #checkTrips(): void {
    if (!this.#last?.set.isChange || !this.#options.isExact) return
    const { set, at } = this.#last
    const tripped = this.#tripped.get(set.by)
    if (tripped === undefined) return
    const standsMs = this.#options.time.now() - Math.max(tripped, at)
    if (standsMs > BOUND_MS) this.#broken.push(`${set.next} stands ${standsMs} ms after the trip of the kill switch`)
  }

  async #pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= 1000) {
      await this.#options.time.advance(Math.min(left, 1000))
      this.#checkTrips()
    }
  }

  async #end(ending: Ending): Promise<void> {
    const { place, leaseMs } = this.#options
    for (const who of this.#slots.keys()) {
      if (ending === 'kill' && this.#slots[who]) await this.#kill(who)
      if (!this.#slots[who]) this.#start(who)
      await this.#happen({ type: 'readAnswers', who })
      if (ending === 'trip') await this.#happen({ type: 'trip', who })
    }
    place.cut?.(false)
    // A process that waits for the lease of a dead one waits until the lease ends.
    if (this.#options.isExact)
      await this.#pass(ending === 'trip' && !this.#lostProcess ? BOUND_MS : 3 * leaseMs + 2 * BOUND_MS)
    else await this.#untilBack()
    const value = await place.read()
    if (value !== this.#expected) this.#broken.push(`it is ${value} at the end and not ${this.#expected}`)
  }

  /** The value is back and stays there for longer than a lease. */
  async #untilBack(): Promise<void> {
    const { place, time, leaseMs } = this.#options
    const giveUpAt = time.now() + PATIENCE_MS
    for (let backSince = time.now(); time.now() < giveUpAt && time.now() - backSince < 2 * leaseMs;) {
      await time.advance(50)
      if ((await place.read()) !== this.#expected) backSince = time.now()
    }
  }

  async #close(): Promise<void> {
    const { time } = this.#options
    const all = [...this.#dead, ...this.#slots.filter(one => one !== undefined)]
    const closing = { isOver: false }
    const closed = Promise.all(all.map(one => time.as(this, () => one.bury()))).then(() => (closing.isOver = true))
    for (let tries = 0; !closing.isOver && tries < 100; tries++) await time.advance(this.#options.isExact ? 1000 : 20)
    await closed
  }
}
