import { after, describeThrown } from '@homeostat/signals'
import type { UndoResult } from '../receipt.ts'
import { LeaseLostError } from '../fleet/errors.ts'
import type { Knob } from '../knob.ts'
import { KnobUncertainError } from './errors.ts'
import { originOf } from './change-record.ts'
import type { KnobAccess } from './knob-access.ts'
import type { KnobLease } from './knob-lease.ts'
import { stepTowards } from './knob-options.ts'

/** An undo that failed is tried again after this time, for as long as the process lives. */
const RETRY_MS = 1000

export interface AdjustmentOptions {
  readonly knob: Knob
  readonly access: KnobAccess
  readonly lease: KnobLease
  /** The value to go back to. */
  readonly was: number
  readonly leaseMs: number
  /** Work on one knob is done one after the other. */
  readonly inTurn: <R>(work: () => Promise<R>) => Promise<R>
  /** Asked right before a set; true stops it. */
  readonly isStopped: () => boolean
  /** @param byPerson - whether somebody else's value stands */
  readonly onEnd: (byPerson: boolean) => Promise<void>
  readonly onFault: (error: unknown) => void
}

/** A set that lasts, or why there is none. */
export type Pushed = { readonly layer: number } | UndoResult | 'aborted'

/**
 * A knob that stands elsewhere than it was, from the first set until all is undone. Each set is a layer; undoing one takes those
 * on top of it along, because they were decided upon it. It undoes itself when nobody renews it.
 */
export class Adjustment {
  readonly #options: AdjustmentOptions
  /** The value before each set that lasts. */
  readonly #layers: number[] = []
  /** What may stand because of us; see `ChangeRecord`. */
  #set: readonly number[] = []
  /** A set was begun and may still take effect: until then the value of before is no sign that it is over, nor of a person. */
  #uncertain: { readonly until: number } | undefined
  #renewedAt = performance.now()
  #timer: Disposable | undefined
  #ended: UndoResult | undefined

  constructor(options: AdjustmentOptions) {
    this.#options = options
  }

  get knob(): string {
    return this.#options.knob.name
  }

  get was(): number {
    return this.#options.was
  }

  /**
   * Records the way back, sets, and reads back. To be called in the knob's turn.
   *
   * @returns the layer to undo, or how it ended because somebody else was faster
   */
  async push(from: number, next: number, signal: AbortSignal): Promise<Pushed> {
    if (this.#layers.length > 0 && !this.#set.includes(from)) return this.#supersede(from)
    const set = this.#layers.length === 0 ? [next] : [from, next]
    try {
      await this.#record(set)
    } catch (error) {
      // Nothing was set. A lease that is left ends by itself.
      if (this.#layers.length === 0) await this.#end({ result: 'restored' })
      throw error
    }
    if (signal.aborted || this.#options.isStopped()) return this.#dropRecord(from)
    this.#set = set
    this.#uncertain = { until: performance.now() + this.#options.leaseMs }
    this.#arm(this.#options.leaseMs)
    try {
      return await this.#setAndRead(from, next)
    } catch (error) {
      if (!(error instanceof LeaseLostError)) throw new KnobUncertainError(this.knob, error)
      // Nothing was set under it, and whoever has it now takes back what was set before.
      await this.handOver()
      throw error
    }
  }

  /** One more lease time; false when the change is gone, because of a person or because the lease was lost. */
  renew(): Promise<boolean> {
    return this.#options.inTurn(async () => {
      if (this.#ended) return false
      const { access, lease, leaseMs } = this.#options
      const startedAt = performance.now()
      if (startedAt - this.#renewedAt < leaseMs / 3) return true
      try {
        const value = await access.read()
        if (originOf(value, { was: this.was, set: this.#set }) !== 'ours') {
          await this.#supersede(value)
          return false
        }
        if (!(await lease.renew())) {
          await this.undoInTurn(AbortSignal.abort())
          return false
        }
        this.#renewedAt = startedAt
        this.#arm(leaseMs - (performance.now() - startedAt))
      } catch (error) {
        // Not lost yet: it may be renewed later, and ends by itself if it is not.
        this.#options.onFault(error)
      }
      return true
    })
  }

  /** @param layer - of `push()`; all of them when left out */
  undo(signal: AbortSignal, layer = 0): Promise<UndoResult> {
    return this.#options.inTurn(() => this.undoInTurn(signal, layer))
  }

  /** For a caller that has the knob's turn. */
  async undoInTurn(signal: AbortSignal, layer = 0): Promise<UndoResult> {
    if (this.#ended) return this.#ended
    const to = this.#layers[layer] ?? (layer === 0 ? this.was : undefined)
    if (to === undefined) return { result: 'restored' }
    try {
      return await this.#walkBack(to, layer, signal)
    } catch (error) {
      if (error instanceof LeaseLostError) return this.#lost()
      this.#arm(RETRY_MS)
      return { result: 'failed', error: describeThrown(error) }
    }
  }

  /** Somebody else looks after the change now. */
  async handOver(): Promise<void> {
    if (!this.#ended) await this.#lost()
  }

  async #setAndRead(from: number, next: number): Promise<Pushed> {
    const { access, lease } = this.#options
    if (!(await access.compareAndSet(from, next, lease.fleet))) return this.#refused(from)
    await this.#checkInTime(from, next)
    const read = await access.read()
    if (read !== next) return this.#supersede(read)
    this.#uncertain = undefined
    await this.#narrow(next)
    return { layer: this.#layers.push(from) - 1 }
  }

  async #walkBack(to: number, layer: number, signal: AbortSignal): Promise<UndoResult> {
    const { access, lease, knob } = this.#options
    const hold = await lease.hold()
    if (hold === 'lost') return this.#lost()
    // The value of before is then no sign of a person: another process may have put it there.
    if (hold === 'retaken') this.#uncertain = { until: 0 }
    for (;;) {
      const current = await access.read()
      const origin = originOf(current, { was: this.was, set: this.#set })
      if (origin === 'back' && this.#uncertain) return this.#backAgain(this.#uncertain.until)
      if (origin !== 'ours') return this.#supersede(current)
      // In a hurry nothing is worth more steps: they are there to go easy on what is running.
      const next = signal.aborted ? to : stepTowards(current, to, knob.bounds)
      if (next === this.was) this.#uncertain = { until: 0 }
      else await this.#record([current, next])
      this.#set = [current, next].filter(value => value !== this.was)
      if (!(await access.compareAndSet(current, next, lease.fleet))) {
        if ((await access.read()) === current) throw new LeaseLostError(knob.name)
        continue
      }
      if (next === this.was) return this.#restored()
      await this.#narrow(next)
      if (next !== to) continue
      this.#layers.length = layer
      return { result: 'restored' }
    }
  }

  async #record(set: readonly number[]): Promise<void> {
    await this.#options.lease.record({ knob: this.knob, was: this.was, set })
  }

  /** It was decided not to set after all. */
  async #dropRecord(from: number): Promise<'aborted'> {
    if (this.#layers.length === 0) await this.#restored()
    else await this.#record([from]).catch(this.#options.onFault)
    return 'aborted'
  }

  /** The value is sure again. That the record still holds both does no harm, should this fail. */
  async #narrow(value: number): Promise<void> {
    if (this.#set.length > 1) await this.#record([value]).catch(this.#options.onFault)
    this.#set = [value]
  }

  /** A process that was stopped between its last look and its set may come too late; then it takes the set back at once. */
  async #checkInTime(from: number, next: number): Promise<void> {
    const { access, lease } = this.#options
    if (!lease.fleet || performance.now() < lease.fleet.heldUntil || (await lease.renew().catch(() => false))) return
    await access.compareAndSet(next, from, undefined)
    throw new LeaseLostError(this.knob)
  }

  async #refused(from: number): Promise<UndoResult> {
    const value = await this.#options.access.read()
    if (value !== from) return this.#supersede(value)
    this.#uncertain = undefined
    if (this.#options.lease.fleet) throw new LeaseLostError(this.knob)
    this.#uncertain = undefined
    if (this.#layers.length > 0) {
      await this.#narrow(from)
      return { result: 'failed', error: `${this.knob} refused to be set` }
    }
    await this.#restored()
    return { result: 'failed', error: `${this.knob} refused to be set` }
  }

  /** Nothing stands because of us; but a set that was begun may still come, until its time is over. */
  async #backAgain(until: number): Promise<UndoResult> {
    if (performance.now() >= until) return this.#restored()
    this.#arm(until - performance.now())
    return { result: 'restored' }
  }

  async #restored(): Promise<UndoResult> {
    try {
      await this.#options.lease.settle()
    } catch (error) {
      // Whoever has the lease now finds that there is nothing left to undo.
      if (!(error instanceof LeaseLostError)) throw error
    }
    return this.#end({ result: 'restored' })
  }

  async #supersede(value: number): Promise<UndoResult> {
    await this.#options.lease.exclude()
    const expected = this.#set.join(' or ')
    const detail = `${this.knob} is ${value} and not ${expected}: somebody set it`
    return this.#end({ result: 'superseded', detail }, true)
  }

  #lost(): Promise<UndoResult> {
    return this.#end({ result: 'superseded', detail: `the lease of ${this.knob} went to another process` })
  }

  async #end(result: UndoResult, byPerson = false): Promise<UndoResult> {
    this.#timer?.[Symbol.dispose]()
    this.#ended = result
    await this.#options.onEnd(byPerson)
    return result
  }

  #arm(inMs: number): void {
    this.#timer?.[Symbol.dispose]()
    if (this.#ended) return
    // A shared change ends a little before its lease, so that this process can still undo it itself.
    const margin = this.#options.lease.fleet ? Math.min(1000, inMs / 10) : 0
    this.#timer = after(inMs - margin, () => this.#expire(), { report: this.#options.onFault })
  }

  async #expire(): Promise<void> {
    const result = await this.undo(AbortSignal.abort())
    if (result.result === 'failed') this.#options.onFault(new Error(result.error))
  }
}
