import type { SpanContext } from '@opentelemetry/api'
import type { Steps } from '@homeostat/signals'
import { plainDuration } from '../words/plain-numbers.ts'
import { alertKey, trialKey, trialKeyOf } from '../words/alert-key.ts'
import type { Program } from '../alerts/program.ts'
import { preemptedBy, yieldingTo } from '../decisions/yielding.ts'
import type { GrantedPermit } from '../fleet/permit.ts'
import type { Action } from '../words/action.ts'
import type { Decision, Proposal } from '../words/decision.ts'
import type { Firing } from '../words/firing.ts'
import type { OpenTrial, RunningTrial, SettlingTrial, Trial } from '../words/trial.ts'
import { isOpen } from '../words/trial.ts'
import type { Judgement } from '../words/verdict.ts'
import type { TrialListener, TrialSurroundings } from './live-trial.ts'
import { LiveTrial } from './live-trial.ts'
import { newTrial } from './new-trial.ts'
import type { OpenProof } from './open-proof.ts'
import { Rests } from './rests.ts'
import { Shadows } from './shadows.ts'
import { GuardReader } from './guard-reader.ts'
import { HORIZON_MS } from './guards/horizon.ts'
import { QuietGuards } from './quiet-guards.ts'
import type { GuardLook } from './trial-guards.ts'
import type { TakenNews } from './trial-news.ts'
import { TrialNews } from './trial-news.ts'

/** Judged trials that are remembered; cooldowns and budgets look back an hour at most. */
const MAX_JUDGED = 1000

/** Firings checked between two rests. */
const FIRINGS_OF_STEP = 256

/** A guard of a trial that was breached. */
export interface Breach {
  readonly trial: Trial
  /** One line with the numbers. */
  readonly reason: string
}

/** A trial that has just begun. */
export type Begun =
  /** `done` settles when the run is over, and never rejects. */
  | { readonly trial: RunningTrial; readonly done: Promise<SettlingTrial> }
  /** Withheld. */
  | { readonly trial: SettlingTrial }

export interface TrialsOptions extends TrialSurroundings {
  /** Requests and jobs that were traced since a time. */
  readonly traces: { since(time: number): readonly SpanContext[] }
}

/** All trials of the process, those in flight and those that are judged. */
export class Trials {
  readonly #options: TrialsOptions
  /** In the order of their start; in flight or as it ended. */
  readonly #all: { readonly trial: Trial }[] = []
  readonly #live = new Set<LiveTrial>()
  readonly #rests = new Rests()
  readonly #shadows = new Shadows()
  /** What guards are compared with. */
  readonly quiet: QuietGuards
  readonly #news = new TrialNews()
  readonly #listener: TrialListener
  /** Harm that was reverted stays in rates and averages for a while: that is no quiet time. */
  #quietFrom = -Infinity
  /** Guards that were breached since the last tick. */
  #breaches: Breach[] = []
  #open: readonly OpenTrial[] | undefined
  #proof: OpenProof | undefined
  #started = 0

  constructor(options: TrialsOptions) {
    this.#options = options
    this.quiet = new QuietGuards(options.intervalMs)
    this.#listener = {
      ended: trial => this.#news.ended(trial),
      advanced: (live, from, to) => this.#advanced(live, from, to),
    }
  }

  /** All trials, oldest first. */
  get all(): readonly Trial[] {
    return this.#all.map(({ trial }) => trial)
  }

  get open(): readonly OpenTrial[] {
    // Read many times per tick and changed seldom.
    return (this.#open ??= [...this.#live].map(({ trial }) => trial).filter(isOpen))
  }

  /** Those that began after a time, newest first. */
  since(time: number): readonly Trial[] {
    const recent: Trial[] = []
    for (let index = this.#all.length - 1; index >= 0; index--) {
      const { trial } = this.#all[index]!
      if (trial.startedAt <= time) break
      recent.push(trial)
    }
    return recent
  }

  get(id: string): Trial | undefined {
    return this.#all.find(({ trial }) => trial.id === id)?.trial
  }

  /** The programs that trials in flight still need. */
  get programs(): ReadonlySet<Program> {
    return new Set(Array.from(this.#watched, ({ program }) => program))
  }

  /** How long the action still rests for this alert, in one line; undefined when it does not. */
  cooldownOf({ firing, action }: Proposal, now: number): string | undefined {
    const key = trialKeyOf(firing, action.name)
    if (!this.#rests.hasRoom(key, now)) return 'the limit of remembered cooldowns is reached'
    const { notBefore, streak } = this.#rests.at(key, now)
    if (now >= notBefore) return undefined
    const because = streak > 0 ? `, longer than usual after ${streak} in a row that did not help` : ''
    return `${plainDuration(notBefore - now)} of cooldown left${because}`
  }

  /** What a guard of the response still has to learn before a trial may begin, in one line; undefined when all know enough. */
  unlearnedOf({ firing, response }: Proposal, now: number): string | undefined {
    for (const guard of response.guards ?? []) {
      const unlearned = this.quiet.unlearnedOf(guard, firing.labels, now)
      if (unlearned !== undefined) return unlearned
    }
    return undefined
  }

  /** Begins the trial of a decision: runs its action, or withholds it. */
  begin(decision: Decision, program: Program, now: number, permit?: GrantedPermit): Begun {
    const { firing, response, action, arm } = decision
    const before = response.expect ? program.measurement.baseline(response.expect, firing.labels, now) : []
    // A control beside a preventive change would not show what happens when nothing is done.
    if (arm !== 'shadow') this.preempt(yieldingTo(decision, this.open), preemptedBy(firing.alert, action.name), now)
    const values = { after: [], beside: [] }
    const trial = newTrial(decision, {
      id: `${action.name}#${++this.#started}`,
      now,
      before,
      values,
      traces: arm === 'act' ? this.#options.traces.since(firing.since) : [],
      rest: this.#rests.at(trialKeyOf(firing, action.name), now),
    })
    const live = new LiveTrial({ ...this.#options, trial, values, program, listener: this.#listener })
    this.#all.push(live)
    this.#live.add(live)
    this.#open = undefined
    return trial.state === 'running' ? { trial, done: live.start(decision, trial, permit) } : { trial }
  }

  /** Whether to watch what happens without an action that nothing but the mode keeps from running. */
  shadowOf(proposal: Proposal, program: Program, now: number): Decision | undefined {
    const version = program.versionOf(proposal.firing.alert, proposal.response)
    return this.#shadows.decide(proposal, version, this.open, now)
  }

  /** Watches what happens without the action; it shows what a trial would take. */
  *shadow(decision: Decision, program: Program, now: number): Steps<void> {
    if (decision.response.expect)
      yield* program.measurement.baselineAhead(decision.response.expect, decision.firing.labels, now)
    this.begin(decision, program, now)
  }

  /** Takes a tick's values: learns from them while no action is tried, looks for breached guards, opens windows and judges. */
  *observe({ guards, guarded, measurement }: Program, now: number): Steps<Breach[]> {
    yield* measurement.readAhead(guarded, now)
    for (const { response, labels } of this.open)
      if (response.expect) yield* measurement.readAhead([response.expect.expr], now, labels)
    const reader = new GuardReader(now)
    yield* this.quiet.use(guards, now)
    const proof = this.#openProof(now)
    if (now >= this.#quietFrom && !proof && !this.open.some(({ arm }) => arm === 'act'))
      yield* this.quiet.learn(measurement, reader, now)
    const live = [...this.#live]
    const look = { reader, quiet: this.quiet, now, isBetween: false }
    yield* this.#observeGuards(live, look)
    if (proof?.observe(look)) this.#quietFrom = now + HORIZON_MS
    for (const each of live) {
      each.tick(now)
      yield
    }
    for (const each of this.#live) each.renew()
    proof?.renew()
    const breaches = this.#breaches
    this.#breaches = []
    return breaches
  }

  /** The guards to be read between two ticks, with the trials that have them. */
  get close(): readonly (Pick<LiveTrial, 'close'> & Pick<LiveTrial, 'program'>)[] {
    return this.#watched.filter(({ close }) => close.length > 0)
  }

  /** Reads guards between two ticks. A breach ends its trial at once, and is reported with the next tick. */
  *look(now: number): Steps<void> {
    const live = [...this.#live].filter(({ close }) => close.length > 0)
    const look = { reader: new GuardReader(now), quiet: this.quiet, now, isBetween: true }
    yield* this.#observeGuards(live, look)
    if (this.#proof?.close.length) this.#proof.observe(look)
  }

  /** Carries a proof until it is over; there is one at a time. */
  prove(proof: OpenProof): void {
    this.#proof = proof
  }

  /** Whether a proof works on a resource of the action. */
  isProving(action: Action): boolean {
    return this.#proof?.isOver === false && this.#proof.holds(action)
  }

  get hasProof(): boolean {
    return this.#proof?.isOver === false
  }

  /** What a proof has changed stays in rates and averages for a while after its end. */
  #openProof(now: number): OpenProof | undefined {
    if (this.#proof?.isOver !== true) return this.#proof
    this.#proof = undefined
    this.#quietFrom = now + HORIZON_MS
    return undefined
  }

  /** Trials and proofs: all that have guards. */
  get #watched(): readonly (LiveTrial | OpenProof)[] {
    return this.#proof?.isOver === false ? [...this.#live, this.#proof] : [...this.#live]
  }

  *#observeGuards(live: readonly LiveTrial[], look: GuardLook): Steps<void> {
    for (const each of live) {
      // It may have ended since the last step.
      if (!this.#live.has(each)) continue
      const { trial } = each
      const reason = each.observe(look)
      if (reason !== undefined) {
        this.#breaches.push({ trial, reason })
        if (trial.arm === 'act') this.#quietFrom = look.now + HORIZON_MS
      }
      yield
    }
  }

  /** Ends what lasts only as long as its alert fires. There may be many alerts, and there are few trials. */
  *resolve(firings: readonly Firing[], now: number): Steps<void> {
    const resolved = new Set(Array.from(this.#live, ({ trial }) => trial.alertKey))
    let looked = 0
    for (const firing of firings) {
      if (resolved.size === 0) return
      resolved.delete(alertKey(firing))
      if (++looked % FIRINGS_OF_STEP === 0) yield
    }
    for (const live of this.#live) if (resolved.has(live.trial.alertKey)) live.resolve(now)
  }

  /** Ends the trials of preventive responses for a response to a present problem. They say nothing about their actions. */
  preempt(yielding: readonly OpenTrial[], judgement: Judgement, now: number): void {
    const ids = new Set(yielding.map(({ id }) => id))
    for (const live of this.#live) if (ids.has(live.trial.id)) live.preempt(judgement, now)
  }

  /** Ends every trial at once and reverts every lasting change. */
  kill(by: string, now: number): void {
    for (const live of this.#live) live.kill(by, now)
    this.#proof?.kill(by)
  }

  /** The news since this was last called. */
  takeNews(): TakenNews {
    return this.#news.take()
  }

  #advanced(live: LiveTrial, from: Trial, to: Trial): void {
    this.#open = undefined
    if (to.rest !== from.rest) this.#rests.set(trialKey(to), to.rest)
    this.#news.advanced(from, to)
    if (to.state !== 'judged') return
    this.#live.delete(live)
    this.#all[this.#all.indexOf(live)] = { trial: to }
    // Budgets count what was done and withheld; where many alerts are only watched, that must not be forgotten for them.
    this.#forget(trial => trial.arm === 'shadow')
    this.#forget(() => true)
  }

  #forget(isForgettable: (trial: Trial) => boolean): void {
    for (let index = 0; this.#all.length > MAX_JUDGED && index < this.#all.length;) {
      const { trial } = this.#all[index]!
      if (trial.state !== 'judged' || !isForgettable(trial)) index++
      else this.#all.splice(index, 1)
    }
  }
}
