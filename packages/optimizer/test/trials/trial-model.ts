import type { TrialEvent } from '../../src/trials/advance-trial.ts'
import type { TrialArm } from '../../src/words/trial.ts'
import type { Verdict } from '../../src/words/verdict.ts'
import type { Beginning } from './trial-events.ts'
import { COOLDOWN_MS, SETTLE_MS } from './trial-events.ts'

const DAY_MS = 86_400_000

/**
 * What the trials of one alert and action have to be, as facts: whether a run is over, whether a change is in place, what ends
 * it. The state follows from the facts, while the implementation has the states and nothing else.
 */
export class TrialModel {
  #arm: TrialArm = 'act'
  #beganAt = 0
  #isOpen = false
  /** The run is over, or was never made. */
  #hasRun = false
  #hasWindow = false
  /** A change is in place that stays until it is undone. */
  #hasChange = false
  #isKept = false
  #isUndoneFor: string | undefined
  #endsFor: 'killed' | 'preempted' | undefined
  #streak = 0
  #notBefore = -Infinity

  get state(): string {
    if (!this.#isOpen) return 'judged'
    if (this.#isUndoneFor !== undefined) return `reverting (${this.#isUndoneFor})`
    if (this.#isKept) return 'kept'
    if (!this.#hasRun) return this.#endsFor ? `running (${this.#endsFor})` : 'running'
    const kind = this.#arm === 'act' ? (this.#hasChange ? 'lasting' : 'once') : 'withheld'
    return `${this.#hasWindow ? 'verifying' : 'settling'} (${kind})`
  }

  /** Whether the next trial may begin. */
  mayBegin(now: number): boolean {
    return !this.#isOpen && now >= this.#notBefore
  }

  rest(now: number): readonly [streak: number, notBefore: number] {
    const isForgotten = now - this.#notBefore > (this.#streak === 0 ? 0 : DAY_MS)
    return isForgotten && !this.#isOpen ? [0, -Infinity] : [this.#streak, this.#notBefore]
  }

  on(event: TrialEvent | Beginning, now: number, jitter: number): void {
    if (event.type === 'begun') this.#begin(event.arm, now)
    else if (!this.#isOpen) return
    else if (this.#isUndoneFor === undefined) this.#watch(event, now, jitter)
    else if (event.type === 'reverted') this.#close(now, jitter)
  }

  #begin(arm: TrialArm, now: number): void {
    ;[this.#streak, this.#notBefore] = this.rest(now)
    this.#isOpen = true
    this.#arm = arm
    this.#beganAt = now
    this.#hasRun = arm !== 'act'
    this.#hasWindow = this.#hasChange = this.#isKept = false
    this.#isUndoneFor = this.#endsFor = undefined
  }

  #watch(event: TrialEvent, now: number, jitter: number): void {
    switch (event.type) {
      case 'ended':
        return this.#end(event, now, jitter)
      case 'tick':
        this.#hasWindow ||= this.#hasRun && !this.#isKept && now >= this.#beganAt + SETTLE_MS
        return
      case 'judged':
        return this.#judge(event.judgement.verdict, now, jitter)
      case 'breached':
        if (this.#arm !== 'act' || !this.#hasRun) return
        this.#streak++
        return this.#conclude('guard breached', now, jitter)
      case 'lost':
        return this.#hasRun && this.#hasChange ? this.#conclude('lease lost', now, jitter) : undefined
      case 'resolved':
        return this.#isKept ? this.#conclude('alert resolved', now, jitter) : undefined
      case 'preempted':
        if (this.#hasRun) return this.#conclude('preempted', now, jitter)
        this.#endsFor ??= 'preempted'
        return
      case 'killed':
        if (this.#hasRun) return this.#conclude('kill switch', now, jitter)
        this.#endsFor = 'killed'
        return
      case 'reverted':
    }
  }

  #end({ outcome, judgement }: Extract<TrialEvent, { type: 'ended' }>, now: number, jitter: number): void {
    if (this.#hasRun) return
    this.#hasRun = true
    this.#hasChange = outcome.status === 'completed' && outcome.receipt.undo !== undefined
    // A run that was ended early counts for nothing.
    if (this.#endsFor) return this.#conclude(this.#endsFor === 'killed' ? 'kill switch' : 'preempted', now, jitter)
    if (!judgement || this.#hasChange) return
    this.#streak++
    this.#close(now, jitter)
  }

  #judge(verdict: Verdict, now: number, jitter: number): void {
    if (!this.#hasWindow || this.#isKept) return
    if (this.#arm === 'act') {
      if (verdict === 'effective') this.#streak = 0
      else if (verdict !== 'palliative' && verdict !== 'inconclusive') this.#streak++
    }
    const isGood = verdict === 'effective' || verdict === 'palliative'
    if (!this.#hasChange || !isGood)
      return this.#conclude(verdict === 'inconclusive' ? 'undecided' : 'verdict', now, jitter)
    this.#isKept = true
    this.#wait(now, jitter)
  }

  #conclude(because: string, now: number, jitter: number): void {
    if (this.#hasChange) this.#isUndoneFor = because
    else this.#close(now, jitter)
  }

  #close(now: number, jitter: number): void {
    this.#isOpen = false
    if (this.#arm !== 'shadow') this.#wait(now, jitter)
  }

  #wait(now: number, jitter: number): void {
    this.#notBefore = now + Math.min(COOLDOWN_MS * (0.8 + 0.4 * jitter) * 2 ** this.#streak, 3_600_000)
  }
}
