import { after, disposeTogether, every, nextTurn, type Registry } from '@homeostat/signals'
import { isSandboxed, type JobRun, type RunOutcome } from '../jobs/job-run.ts'
import type { RunGate, RunListener } from '../jobs/job-runs.ts'
import { Admission, type Asked, type Ticket } from './admission.ts'
import type { AdmissionGateOptions } from './admission-gate-options.ts'
import { AdmissionLimits, LOOP_UNLIMITED } from './admission-limits.ts'
import { DeferredJobs, type ExpectedWait } from './deferred-jobs.ts'
import { DividedLimit } from './divided-limit.ts'
import { loopMeter } from '../loop/loop-meter.ts'
import type { JobDemands, NamedRuns } from './job-demands.ts'
import { HeavyRuns } from './heavy-runs.ts'
import { DelayedError, mayDefer, mayWait } from './job-postponement.ts'
import type { Arms } from './trial-slots.ts'
import { Waiters, type Waiter } from './waiters.ts'

/** How often the gate looks at the loop while jobs wait. */
const LOOK_MS = 100
/** How often the gate looks at its limits while something is limited. */
const LIMITS_MS = 250
/** A loop that is used less although jobs wait for it has room for one more. */
const IDLE = 0.5

/**
 * Lets heavy jobs run when there is room for them, and light ones at once. A job waits inside of the call of its processor, where BullMQ
 * renews its lock. Where too many wait, a job is moved to `delayed` instead.
 */
export class AdmissionGate implements RunGate, RunListener, Disposable {
  readonly limits: AdmissionLimits = new AdmissionLimits()
  readonly #demands: JobDemands
  readonly #registry: Registry
  readonly #excluded: ReadonlySet<string>
  readonly #deferred: DeferredJobs
  readonly #following: Disposable
  readonly #divided: DividedLimit
  readonly #waiters = new Waiters()
  #admission = new Admission()
  #heavy = new HeavyRuns(this.#admission)
  #isEngaged = false
  #hasWaited = false
  #isTurning = false
  #timer: Disposable | undefined
  #looks: Disposable | undefined
  #limitLooks: Disposable | undefined
  readonly #utilizationMeter: () => () => number
  #utilization: () => number = () => 1

  constructor({ runs, demands, registry, exclude, maxDeferredMs, utilizationMeter = loopMeter }: AdmissionGateOptions) {
    this.#utilizationMeter = utilizationMeter
    this.#demands = demands
    this.#registry = registry
    this.#excluded = new Set(exclude)
    this.#deferred = new DeferredJobs({ maxDeferredMs })
    const tickets = (): readonly Ticket[] => this.#admission.open
    this.#divided = new DividedLimit({ limits: this.limits, registry, tickets, onFault: this.#report })
    this.#following = disposeTogether(runs.follow(this), runs.gate(this))
  }

  /** How many jobs wait in their slots. */
  get waiting(): number {
    return this.#waiters.size
  }

  setLoop(loop: number): void {
    this.limits.setLoop(loop, now())
    this.#limitsChanged()
  }

  setDatabaseShare(share: number): void {
    if (!this.limits.isDatabaseLimited) this.#demands.forgetHolders()
    this.limits.setDatabaseShare(share, now())
    this.#limitsChanged()
  }

  /**
   * Turns the limit of the loop on and off, so that both can be compared, see {@link SlotTrial}.
   *
   * @param arms - deals the slots of time; undefined: the limit holds again
   * @param control - the limit of the slots that are left alone
   */
  divide(arms: Arms | undefined, control: number): void {
    this.#divided.divide(arms, control, now())
    this.#limitsChanged()
  }

  /** Lets every job go that waits, e.g. when the workers are no longer observed. The limits stay. */
  letAllGo(): void {
    for (const waiter of this.#waiters) this.#letGo(waiter)
  }

  /** How many names of jobs have a known cost, and how many of them are heavy. */
  known(): ReturnType<JobDemands['known']> {
    return this.#demands.known(now())
  }

  admit(run: JobRun): Promise<void> | undefined {
    return this.#isEngaged ? this.#ask(run) : undefined
  }

  started({ queue, name }: JobRun): void {
    this.#demands.of(queue, name).running++
  }

  ended(run: JobRun, outcome: RunOutcome): void {
    const runs = this.#demands.of(run.queue, run.name)
    // A name whose entry was forgotten meanwhile has none.
    if (runs.running > 0) runs.running--
    if (this.#isEngaged) this.#end(run, runs, outcome)
  }

  [Symbol.dispose](): void {
    this.divide(undefined, LOOP_UNLIMITED)
    this.limits.lift()
    this.#limitsChanged()
    this.#following[Symbol.dispose]()
  }

  #ask(run: JobRun): Promise<void> | undefined {
    const at = now()
    const runs = this.#demands.of(run.queue, run.name)
    const demand = isSandboxed(run) ? undefined : this.#demands.demand(runs, at)
    if (demand === undefined) {
      if (this.#waiters.size > 0) this.#deferred.lightPassed()
      return undefined
    }
    const firstAskedAt = this.#deferred.askedAgain(run, at)
    const asked: Asked = { demand, expectedMs: this.#demands.expectedMs(runs, at), firstAskedAt }
    const isFree = !mayWait(run, this.#excluded)
    const ticket = isFree ? this.#admission.add(asked, at) : this.#admission.ask(asked, at)
    if (ticket.state === 'waiting') return this.#wait(run, runs, ticket)
    this.#heavy.started(run, runs, ticket)
    this.#plan()
    return undefined
  }

  #wait(run: JobRun, runs: NamedRuns, ticket: Ticket): Promise<void> {
    this.#hasWaited = true
    this.#looks ??= this.#startLooks()
    const { waiter, left, isOver } = this.#waiters.add(run, runs, ticket)
    this.#plan()
    if (isOver && this.limits.isDeferring && mayDefer(run)) this.#contain(this.#defer(waiter))
    return left
  }

  async #defer(waiter: Waiter): Promise<void> {
    const { run, runs, ticket } = waiter
    const deferral = this.#deferred.grant(run, ticket, this.#expectedWait(ticket), now)
    if (deferral === undefined) return
    const isParent = await deferral.isParent()
    if (isParent === true) return this.#letGo(waiter)
    // Redis does not answer, or the job has started meanwhile.
    if (isParent === undefined || !this.#waiters.take(ticket)) return
    this.#admission.withdraw(ticket)
    this.#advance()
    if (await deferral.move()) return waiter.end(new DelayedError())
    if (this.#isEngaged) this.#heavy.started(run, runs, this.#admission.add(ticket, now()))
    waiter.go()
  }

  #expectedWait(ticket: Ticket): ExpectedWait {
    const { demand, expectedMs } = ticket
    const { loop, database } = this.limits.capacity
    const workMs = expectedMs * Math.max(demand.loop / loop, demand.database / database)
    return { workMs, waitMs: Math.max(0, this.#admission.waitMs(ticket, now()) - workMs) }
  }

  /** Lets a job run that waits, whether there is room for it or not. */
  #letGo(waiter: Waiter): void {
    if (this.#waiters.take(waiter.ticket) === undefined) return
    this.#admission.withdraw(waiter.ticket)
    this.#heavy.started(waiter.run, waiter.runs, this.#admission.add(waiter.ticket, now()))
    waiter.go()
    this.#advance()
  }

  #end(run: JobRun, runs: NamedRuns, outcome: RunOutcome): void {
    if (!this.#heavy.ended(run, runs, now())) return
    if (outcome === 'completed') this.#deferred.forget(run)
    this.#advance()
  }

  #advance(isLoopIdle = false): void {
    for (const ticket of this.#admission.advance(now(), { isLoopIdle })) {
      const waiter = this.#waiters.take(ticket)
      if (waiter === undefined) continue
      this.#heavy.started(waiter.run, waiter.runs, ticket)
      waiter.go()
    }
    this.#plan()
  }

  /** Makes the timers for what comes next. */
  #plan(): void {
    if (this.#admission.isTurnTaken && !this.#isTurning) {
      this.#isTurning = true
      this.#contain(this.#turn())
    }
    if (this.#waiters.size === 0) this.#contain(this.#deferred.callBack(now()))
    this.#timer?.[Symbol.dispose]()
    const at = now()
    const next = this.#admission.nextAt(at)
    this.#timer = next === undefined ? undefined : after(next - at, () => this.#advance())
  }

  /** Node reads the requests that arrived during a job in the next turn of the loop. The next heavy job starts after that turn. */
  async #turn(): Promise<void> {
    await nextTurn()
    await nextTurn()
    this.#isTurning = false
    this.#admission.turn()
    this.#advance()
  }

  #startLooks(): Disposable {
    const utilization = this.#utilizationMeter()
    return every(LOOK_MS, () => this.#look(utilization()), this.#report)
  }

  /** Lets jobs run for which the loop has room after all. */
  #look(utilization: number): void {
    if (this.#waiters.size === 0) {
      this.#looks?.[Symbol.dispose]()
      this.#looks = undefined
      return
    }
    // A worker that closes waits for its jobs, and its process may be killed meanwhile.
    for (const waiter of this.#waiters) if (waiter.run.worker.closing) this.#letGo(waiter)
    this.#advance(utilization < IDLE * Math.min(1, this.limits.capacity.loop))
  }

  /** Moves the limits, the slots of a trial and the deferred jobs on. */
  #lookAtLimits(): void {
    const at = now()
    const held = this.limits.isDatabaseLimited ? this.#demands.findHolders(at) : 0
    this.limits.advance(at, { utilization: this.#utilization(), hasWaited: this.#hasWaited, held })
    this.#hasWaited = this.#waiters.size > 0
    if (this.#divided.advance(at)) this.#limitsChanged()
    this.#deferred.prune(at)
    this.#contain(this.#deferred.bringDueBack(at))
    this.#limitsChanged()
  }

  #limitsChanged(): void {
    this.#admission.limit(this.limits.capacity)
    if (this.limits.isEngaged) {
      if (!this.#isEngaged) this.#engage()
      this.#advance()
    } else if (this.#isEngaged) this.#disengage()
  }

  #engage(): void {
    this.#isEngaged = true
    this.#utilization = this.#utilizationMeter()
    this.#limitLooks = every(LIMITS_MS, () => this.#lookAtLimits(), this.#report)
    const at = now()
    if (this.limits.isDatabaseLimited)
      this.limits.advance(at, { utilization: 0, hasWaited: false, held: this.#demands.findHolders(at) })
    this.#heavy.countEarlier(this.#demands, at)
    this.#admission.limit(this.limits.capacity)
  }

  #disengage(): void {
    this.#isEngaged = false
    const waiters = this.#waiters.takeAll()
    this.#admission = new Admission()
    this.#heavy = new HeavyRuns(this.#admission)
    this.#demands.forgetHolders()
    for (const timer of [this.#timer, this.#looks, this.#limitLooks]) timer?.[Symbol.dispose]()
    this.#timer = this.#looks = this.#limitLooks = undefined
    for (const waiter of waiters) waiter.go()
    this.#contain(this.#deferred.callAllBack())
  }

  readonly #report = (error: unknown): void => this.#registry.faults.report('action', error)

  #contain(work: Promise<void>): void {
    void work.catch(this.#report)
  }
}

/** The time of a clock that no one sets, in milliseconds. */
function now(): number {
  return performance.now()
}
