import { describeThrown } from '@homeostat/signals'
import type { UndoResult } from '../words/receipt.ts'
import { LeaseLostError } from '../fleet/errors.ts'
import { KnobAnswerError, KnobNotUndoneError, KnobTimeoutError, KnobUncertainError } from './errors.ts'
import { originOf } from './journal/change-record.ts'
import type { AdjustmentOptions, KnobSetter, Pushed } from './adjustment-options.ts'
import { goneElsewhere } from './knob-lease.ts'
import { Layers } from './layers.ts'
import { setUnderLease } from './leased-set.ts'
import { Looks } from './looks.ts'
import { UncertainSet } from './uncertain-set.ts'
import { walkBack, type Stand } from './walk-back.ts'

/**
 * An adjusted knob, from the first set until all is undone. Each set is a layer. Undoing one also undoes the layers on top of it,
 * which were decided upon it. It undoes itself when nobody renews it, and goes on until the value is back or somebody else's.
 */
export class Adjustment {
  readonly #options: AdjustmentOptions
  readonly layers: Layers = new Layers()
  readonly #stand: Stand
  #uncertain: UncertainSet | undefined
  #renewedAt = performance.now()
  /** It is no longer wanted. */
  #isEnding = false
  /** The value is back, and only the record is left. */
  #isBack = false
  readonly #looks: Looks
  #ended: UndoResult | undefined

  constructor(options: AdjustmentOptions) {
    this.#options = options
    this.#looks = new Looks(options, () => this.#look())
    this.#stand = { was: options.was, set: [], mayBeBack: false }
  }

  get knob(): string {
    return this.#options.knob.name
  }

  get isEnding(): boolean {
    return this.#isEnding
  }

  /** Why the knob must not be set further now. */
  get refusal(): string | undefined {
    if (this.#isEnding) return `${this.knob} is being reverted`
    return this.#uncertain ? `whether ${this.knob} was set is not known yet` : undefined
  }

  /**
   * Records the way back, sets, and reads back. To be called in the knob's turn.
   *
   * @param by - what sets it, for people
   * @returns the layer to undo, or how it ended because somebody else was faster
   */
  async push(from: number, next: number, signal: AbortSignal, by?: KnobSetter): Promise<Pushed> {
    if (!this.layers.isEmpty && !this.#stand.set.includes(from)) return this.#supersede(from)
    const set = this.layers.isEmpty ? [next] : [from, next]
    try {
      await this.#record(set)
    } catch (error) {
      // Nothing was set. A lease that is left ends by itself.
      if (this.layers.isEmpty) await this.#end({ result: 'restored' })
      throw error
    }
    if (signal.aborted || this.#options.isStopped()) {
      await (this.layers.isEmpty ? this.#restored() : this.#record([from]).catch(this.#options.onFault))
      return 'aborted'
    }
    this.#stand.set = set
    this.#looks.extend(performance.now())
    this.#uncertain = new UncertainSet(from, next, this.#options.leaseMs)
    this.#arm()
    try {
      return await this.#setAndRead(from, next, by)
    } catch (error) {
      if (error instanceof LeaseLostError) await this.#wasNotSet()
      else if (this.#uncertain) this.#awaitAnswer(error)
      throw error instanceof LeaseLostError || error instanceof KnobAnswerError
        ? error
        : new KnobUncertainError(this.knob, error)
    }
  }

  /** One more lease time; false when the change is gone, because of a person or because the lease was lost. */
  renew(): Promise<boolean> {
    return this.#options.inTurn(async () => {
      if (this.#ended || this.#isEnding) return false
      const { access, lease, leaseMs } = this.#options
      const startedAt = performance.now()
      if (startedAt - this.#renewedAt < leaseMs / 3) return true
      try {
        if (!(await lease.renew())) {
          await this.undoInTurn(AbortSignal.abort())
          return false
        }
        const value = await access.read()
        if (originOf(value, this.#stand) !== 'ours') {
          await this.#supersede(value)
          return false
        }
        this.#renewedAt = startedAt
        this.#looks.extend(startedAt)
        this.#arm()
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

  /** For a caller that has the knob's turn. While everything is stopped, the original value is the only one that is set. */
  async undoInTurn(signal: AbortSignal, layer = 0): Promise<UndoResult> {
    if (this.#ended) return this.#ended
    if (this.#isBack) return { result: 'restored' }
    const isStopped = this.#options.isStopped()
    const down = isStopped ? 0 : layer
    const to = this.layers.before(down) ?? (down === 0 ? this.#stand.was : undefined)
    if (to === undefined) return { result: 'restored' }
    this.#isEnding ||= down === 0
    try {
      return await this.#walkBack(to, down, signal.aborted || isStopped)
    } catch (error) {
      this.#isEnding = true
      return { result: 'failed', error: describeThrown(error) }
    } finally {
      this.#arm()
    }
  }

  /** Somebody else looks after the change now. */
  async handOver(): Promise<void> {
    if (!this.#ended) await this.#end(goneElsewhere(this.knob))
  }

  async #setAndRead(from: number, next: number, by: KnobSetter | undefined): Promise<Pushed> {
    const mayAskAgain = async (value: number): Promise<boolean> => {
      // Should this process end now, the value that the knob made of ours is reverted as well.
      this.#stand.set = [...this.#stand.set, value]
      await this.#record(this.#stand.set)
      return !this.#options.isStopped()
    }
    const asked = this.#stand.set
    const isShared = this.#options.knob.scope === 'shared'
    const set = await setUnderLease({ ...this.#options, knob: this.knob, isShared, from, next, mayAskAgain })
    if (set.end === 'theirs') {
      this.#stand.set = asked
      return this.#supersede(set.value)
    }
    if (set.end === 'refused') return this.#refused(from)
    if (set.end === 'fault') return this.#revertFault(from, set)
    await this.#narrow(next)
    return { layer: this.layers.add(from, next, by) }
  }

  /** The knob has set something else than it was asked for. Always throws, so that the run fails with the fault. */
  async #revertFault(from: number, { value, fault }: { value: number; fault: KnobAnswerError }): Promise<never> {
    // The set that changed nothing may take effect later, so the value is watched for a while.
    if (value === from) throw fault
    this.#uncertain = undefined
    if (!this.#stand.set.includes(value)) this.#stand.set = [...this.#stand.set, value]
    const layer = this.layers.add(from, value)
    const undone = await this.undoInTurn(AbortSignal.abort(), layer)
    if (undone.result === 'failed') this.#options.onFault(new KnobNotUndoneError(undone.error))
    throw fault
  }

  async #walkBack(to: number, layer: number, isHurried: boolean): Promise<UndoResult> {
    const { access, hurriedAccess, isStopped, onFault, lease, knob } = this.#options
    const walked = await walkBack(
      { knob, access: isHurried ? hurriedAccess : access, lease, stand: this.#stand, isStopped, onFault },
      to,
      isHurried,
      this.#uncertain !== undefined,
    )
    switch (walked.end) {
      case 'at':
        if (to !== this.#stand.was) await this.#narrow(to)
        this.layers.drop(layer)
        return to === this.#stand.was ? this.#restored() : { result: 'restored' }
      case 'back':
        // Nothing stands because of us; but a set that was begun may still come.
        return this.#uncertain?.mayCome ? { result: 'restored' } : this.#restored()
      case 'theirs':
        return this.#supersede(walked.value)
      case 'over':
        return this.#end(goneElsewhere(knob.name))
      case 'waiting':
        return goneElsewhere(knob.name)
    }
  }

  async #record(set: readonly number[]): Promise<void> {
    await this.#options.lease.record({ knob: this.knob, was: this.#stand.was, set })
  }

  /** The value is sure. That the record still holds others does no harm, should this fail. */
  async #narrow(value: number): Promise<void> {
    this.#uncertain = undefined
    if (this.#stand.set.length > 1) await this.#record([value]).catch(this.#options.onFault)
    this.#stand.set = [value]
  }

  async #refused(from: number): Promise<UndoResult> {
    if (!this.layers.isEmpty) await this.#narrow(from)
    else await this.#restored()
    return { result: 'failed', error: `${this.knob} refused to be set` }
  }

  /** The lease was lost before the set. An earlier change is undone, since nobody else may know of it any more. */
  async #wasNotSet(): Promise<void> {
    const isFirst = this.layers.isEmpty
    this.#uncertain = undefined
    if (isFirst) await this.#restored()
    else await this.undoInTurn(AbortSignal.abort())
  }

  /** A set that failed is not wanted any more: if it took effect, or does so later, it is undone. */
  #awaitAnswer(error: unknown): void {
    if (error instanceof KnobTimeoutError)
      this.#uncertain?.isUnderWayUntil(error.settled, () => !this.#ended && this.#looks.in(0))
    this.#isEnding ||= this.layers.isEmpty
    this.#arm()
  }

  /** Undoes an uncertain set on top of others when it has come; the others stay. */
  async #resolve({ from, next, mayCome }: UncertainSet): Promise<void> {
    const { access, lease } = this.#options
    const value = await access.read()
    if (value === next) {
      await access.compareAndSet(next, from, lease.fleet)
      if ((await access.read()) === from) await this.#narrow(from)
    } else if (value !== from) await this.#supersede(value)
    else if (!mayCome) await this.#narrow(from)
  }

  async #restored(): Promise<UndoResult> {
    this.#isEnding = this.#isBack = true
    try {
      await this.#options.lease.settle()
    } catch (error) {
      // The next holder of the lease finds nothing left to undo.
      if (!(error instanceof LeaseLostError)) {
        this.#options.onFault(error)
        this.#arm()
        return { result: 'restored' }
      }
    }
    return this.#end({ result: 'restored' })
  }

  async #settleAgain(): Promise<void> {
    const { hold } = await this.#options.lease.hold()
    if (hold === 'held' || hold === 'retaken') await this.#restored()
    else await this.#end({ result: 'restored' })
  }

  async #supersede(value: number): Promise<UndoResult> {
    if (!(await this.#options.lease.exclude())) {
      this.#isEnding = true
      this.#arm()
      return goneElsewhere(this.knob)
    }
    const detail = `${this.knob} is ${value} and not ${this.#stand.set.join(' or ')}: somebody set it`
    return this.#end({ result: 'superseded', detail }, true)
  }

  async #end(result: UndoResult, byPerson = false): Promise<UndoResult> {
    this.#looks[Symbol.dispose]()
    this.#ended = result
    await this.#options.onEnd(byPerson)
    return result
  }

  #arm(): void {
    if (!this.#ended) this.#looks.arm(this.#isEnding || this.#uncertain !== undefined)
  }

  async #look(): Promise<void> {
    const { inTurn, isStopped, onFault } = this.#options
    await inTurn(async () => {
      if (this.#ended) return
      this.#looks.count()
      if (this.#isBack) return this.#settleAgain()
      if (this.#isEnding || isStopped() || this.#looks.isOver) {
        const result = await this.undoInTurn(AbortSignal.abort())
        if (result.result === 'failed') onFault(new KnobNotUndoneError(result.error))
      } else if (this.#uncertain) await this.#resolve(this.#uncertain)
    }).catch(onFault)
    this.#arm()
  }
}
