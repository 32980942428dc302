import type { CourseEvent, CoursePolicy } from '../../src/trials/course.ts'

/**
 * What a course has to be, told as facts: which trial is open, whether a change is in place, what holds it up. The state follows
 * from the facts, while the implementation has the states and nothing else.
 */
export class CourseModel {
  #trial:
    | { arm: 'run' | 'control'; endedAt?: number; windowAt?: number; startedAt: number; givesWay?: true }
    | undefined
  /** A lasting change is in place. */
  #hasChange = false
  #undo: { failures: number } | undefined
  #killedAt: number | undefined
  #isOff = false
  #isQuarantined = false
  /** The trial is over, and the next tick says what comes now. */
  #isOver: 'settled' | 'reverted' | undefined
  #isWaiting = false
  #said: 'suppressed' | undefined
  streak = 0
  notBefore = -Infinity

  get state(): string {
    if (this.#isOff) return 'off'
    if (this.#undo) return this.#killedAt === undefined ? 'reverting' : 'reverting (killed)'
    const kind = this.#hasChange ? 'lasting' : 'once'
    if (this.#trial?.arm === 'control') return 'proposed (control)'
    if (this.#trial?.windowAt !== undefined) return `verifying (${kind})`
    if (this.#trial?.endedAt !== undefined) return `settling (${kind})`
    if (this.#trial && this.#killedAt !== undefined) return 'acting (killed)'
    if (this.#trial) return this.#trial.givesWay ? 'acting (preempted)' : 'acting'
    if (this.#isOver === 'reverted') return 'reverted'
    if (this.#isOver === 'settled' || this.#hasChange) return `settled (${kind})`
    if (this.#isQuarantined) return 'quarantined'
    return this.#said ?? (this.#isWaiting ? 'cooldown' : 'idle')
  }

  /** Nothing is open and nothing holds it up. */
  get #isFree(): boolean {
    return (
      !this.#isOff &&
      !this.#undo &&
      !this.#trial &&
      !this.#isOver &&
      !this.#hasChange &&
      !this.#isQuarantined &&
      !this.#isWaiting
    )
  }

  on(event: CourseEvent, now: number, policy: CoursePolicy): void {
    const mayNot = policy.quarantinedUntil !== undefined && now < policy.quarantinedUntil
    if (event.type === 'killed') return this.#kill(now, policy)
    if (event.type === 'tick') return this.#tick(now, policy, mayNot)
    if (event.type === 'enabled') {
      if (this.#isOff) this.#rest(now, mayNot)
      this.#isOff = false
      return
    }
    if (this.#isFree && ['refused', 'withheld', 'started'].includes(event.type)) {
      this.#said = undefined
      if (mayNot) this.#isQuarantined = true
      else if (event.type === 'refused') this.#said = 'suppressed'
      else this.#trial = { arm: event.type === 'started' ? 'run' : 'control', startedAt: now }
      return
    }
    if (event.type === 'ended') return this.#end(event, now, policy)
    if (event.type === 'reverted') return this.#reverted(event.result, now, policy)
    this.#watch(event, now, policy, mayNot)
  }

  #watch(event: CourseEvent, now: number, policy: CoursePolicy, mayNot: boolean): void {
    if (this.#isOff || this.#undo) return
    const trial = this.#trial
    if (trial?.arm === 'control') {
      if (event.type === 'judged' || event.type === 'preempted') this.#close(now, policy, mayNot)
      return
    }
    if (event.type === 'resolved') {
      this.#said = undefined
      if (!trial && this.#hasChange) this.#undo = { failures: 0 }
    }
    if (event.type === 'windowOpened' && trial?.endedAt !== undefined) trial.windowAt ??= now
    if (event.type === 'breached' && (trial?.endedAt !== undefined || (!trial && this.#hasChange))) {
      this.streak++
      this.#conclude(now, policy)
    }
    if (event.type === 'lost' && this.#hasChange && (!trial || trial.endedAt !== undefined)) this.#conclude(now, policy)
    // It ends for another, or will when its run does, and counts for nothing.
    if (event.type === 'preempted' && trial && trial.endedAt === undefined) trial.givesWay = true
    else if (event.type === 'preempted' && (trial || this.#hasChange)) this.#conclude(now, policy)
    if (event.type !== 'judged' || (trial ? trial.windowAt === undefined : !this.#hasChange)) return
    const { verdict } = event
    const isBad = verdict === 'no_effect' || verdict === 'harmful'
    // Once kept, only a verdict against it counts.
    if (!trial && !isBad) return
    if (verdict === 'effective') this.streak = 0
    if (isBad || verdict === 'failed' || verdict === 'noop') this.streak++
    if (this.#hasChange && (verdict === 'effective' || verdict === 'palliative')) {
      this.#trial = undefined
      this.#wait(now, policy)
    } else this.#conclude(now, policy)
  }

  #end({ outcome, isLasting }: Extract<CourseEvent, { type: 'ended' }>, now: number, policy: CoursePolicy): void {
    if (this.#isOff) {
      this.#hasChange = isLasting
      if (!isLasting) return this.#wait(now, policy)
      this.#isOff = false
      this.#undo = { failures: 0 }
      this.#killedAt = now
      return
    }
    const trial = this.#trial
    if (trial?.arm !== 'run' || trial.endedAt !== undefined || this.#undo) return
    this.#hasChange = isLasting
    if (this.#killedAt !== undefined) {
      if (isLasting) this.#undo = { failures: 0 }
      else this.#switchOff(now, policy)
      this.#trial = undefined
    } else if (trial.givesWay) this.#conclude(now, policy)
    else if (outcome === 'completed' || (outcome === 'noop' && isLasting)) trial.endedAt = now
    else {
      this.streak++
      this.#conclude(now, policy)
    }
  }

  #reverted(result: 'restored' | 'superseded' | 'failed', now: number, policy: CoursePolicy): void {
    if (!this.#undo) return
    if (result === 'failed' && ++this.#undo.failures < 3) return
    this.#hasChange = false
    this.#undo = undefined
    if (this.#killedAt !== undefined) return this.#switchOff(now, policy)
    this.#isOver = 'reverted'
    this.#wait(now, policy)
  }

  #kill(now: number, policy: CoursePolicy): void {
    if (this.#isOff) return
    const isRunning = this.#trial?.arm === 'run' && this.#trial.endedAt === undefined
    if (this.#undo || isRunning) this.#killedAt ??= now
    else if (this.#hasChange) {
      this.#trial = undefined
      this.#undo = { failures: 0 }
      this.#killedAt = now
    } else if (this.#trial) this.#switchOff(now, policy)
    else this.#isOff = true
    if (this.#isOff) this.#forgetAll()
  }

  #tick(now: number, policy: CoursePolicy, mayNot: boolean): void {
    if (this.#isOff) return
    if (this.#killedAt !== undefined) {
      if (now - this.#killedAt >= 5000) this.#switchOff(now, policy)
      return
    }
    const trial = this.#trial
    const watchMs = 2 * policy.windowMs
    if (trial?.arm === 'control') {
      if (now - trial.startedAt >= policy.settleMs + watchMs) this.#close(now, policy, mayNot)
    } else if (trial?.windowAt !== undefined) {
      if (now - trial.windowAt >= watchMs) this.#conclude(now, policy)
    } else if (trial?.endedAt !== undefined) {
      if (now - trial.endedAt >= policy.settleMs) trial.windowAt = now
    } else if (!trial && !this.#undo && !(this.#hasChange && this.#isOver === undefined)) this.#rest(now, mayNot)
  }

  /** A control is over: it leaves nothing behind but the wait. */
  #close(now: number, policy: CoursePolicy, mayNot: boolean): void {
    this.#trial = undefined
    this.#wait(now, policy)
    this.#rest(now, mayNot)
  }

  #conclude(now: number, policy: CoursePolicy): void {
    this.#trial = undefined
    if (this.#hasChange) this.#undo = { failures: 0 }
    else {
      this.#isOver = 'settled'
      this.#wait(now, policy)
    }
  }

  #wait(now: number, { cooldownMs, jitter }: CoursePolicy): void {
    const spread = 0.8 + 0.4 * jitter
    this.notBefore = now + Math.min(cooldownMs * spread * 2 ** this.streak, 3_600_000)
  }

  #rest(now: number, mayNot: boolean): void {
    this.#isOver = undefined
    this.#isQuarantined = mayNot
    this.#isWaiting = !mayNot && now < this.notBefore
    if (mayNot) this.#said = undefined
  }

  #switchOff(now: number, policy: CoursePolicy): void {
    this.#wait(now, policy)
    this.#isOff = true
    this.#forgetAll()
  }

  #forgetAll(): void {
    this.#trial = undefined
    this.#undo = undefined
    this.#killedAt = undefined
    this.#isOver = undefined
    this.#said = undefined
    this.#isQuarantined = false
    this.#isWaiting = false
    this.#hasChange = false
  }
}
