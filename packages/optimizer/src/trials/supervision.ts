import type { SpanContext } from '@opentelemetry/api'
import type { CourseBook } from './course-book.ts'
import { courseKey } from '../words/alert-key.ts'
import type { Decision, Proposal } from '../words/decision.ts'
import type { GrantedPermit } from '../fleet/permit.ts'
import type { Breach, GuardedTrials } from './guarded-trials.ts'
import { isWatched } from './guarded-trials.ts'
import type { Histories } from '../verdicts/histories.ts'
import type { History } from '../verdicts/history.ts'
import { isLasting } from '../verdicts/history.ts'
import type { Course, CourseEvent } from './course.ts'
import { preemptedBy, Preemption, yieldingTo } from './preemption.ts'
import type { Program } from '../alerts/program.ts'
import { isEmptyReceipt } from '../words/receipt.ts'
import { Shadows } from './shadows.ts'
import type { Reverter } from '../actions/reverter.ts'
import type { Attempt, Runner } from '../actions/runner.ts'
import type { JudgedTrial, OpenTrial, RunningTrial, SettlingTrial, Trial, Verdicted } from '../words/trial.ts'
import { isOpen, judgementOf } from '../words/trial.ts'
import type { Steps } from '../time/sliced-work.ts'
import type { Trials } from './trials.ts'
import { verifyingTimes } from './trials.ts'
import { switchable } from '../actions/switched-action.ts'
import { isOnAt } from '../words/trial-design.ts'
import { gatherValues, hasEnoughValues } from './trial-values.ts'
import type { Judgement } from '../words/verdict.ts'
import { VerdictNews } from './verdict-news.ts'

export interface SupervisionOptions {
  readonly trials: Trials
  readonly courses: CourseBook
  readonly histories: Histories
  readonly guarded: GuardedTrials
  readonly runner: Runner
  readonly reverter: Reverter
  readonly intervalMs: number
  readonly tracesSince: (time: number) => readonly SpanContext[]
}

const TICK: CourseEvent = { type: 'tick' }
const RESOLVED: CourseEvent = { type: 'resolved' }

/** Carries each trial from one step to the next, as its course says, and has done what that takes. */
export class Supervision {
  readonly #options: SupervisionOptions
  /** The program a trial began under; a reload does not change a trial in flight. */
  readonly #programs = new Map<string, Program>()
  /** Guards that were breached while the action still ran. */
  readonly #breaches = new Map<string, string>()
  readonly #preemption: Preemption
  readonly #shadows = new Shadows()
  readonly #news = new VerdictNews()
  #isKilled = false

  constructor(options: SupervisionOptions) {
    this.#options = options
    this.#preemption = new Preemption(options, (trial, judgement, now) =>
      this.#advance(trial, { type: 'preempted' }, now, judgement),
    )
  }

  /** The programs that trials in flight still need. */
  get programs(): ReadonlySet<Program> {
    return new Set(this.#programs.values())
  }

  historyOf({ alert, action, version, response }: Pick<Trial, 'alert' | 'action' | 'version' | 'response'>): History {
    return this.#options.histories.of({ alert, action, version, response })
  }

  /** Begins the trial of a decision: runs its action, or withholds it. */
  begin(decision: Decision, program: Program, now: number, permit?: GrantedPermit): Attempt | SettlingTrial {
    const { trials, runner, tracesSince } = this.#options
    const { firing, response, arm } = decision
    const before = response.expect ? program.measurement.baseline(response.expect, firing.labels, now) : []
    // A control that said "nothing was done" beside a preventive change would not be true.
    if (arm !== 'shadow')
      this.preempt(yieldingTo(decision, trials.open), preemptedBy(firing.alert, decision.action.name), now)
    if (arm !== 'act') {
      const withheld = trials.withhold(decision, before, now)
      this.#programs.set(withheld.id, program)
      if (arm === 'control') this.#advance(withheld, { type: 'withheld' }, now)
      return withheld
    }
    const trial = trials.start(decision, before, tracesSince(firing.since), now)
    this.#programs.set(trial.id, program)
    this.#advance(trial, { type: 'started' }, now)
    return runner.carryOut(switchable(decision), trial, permit)
  }

  /** A run is over. */
  ended(trial: SettlingTrial, now: number): void {
    const { outcome } = trial
    if (outcome.status === 'withheld') return
    const isNoop = outcome.status === 'completed' && isEmptyReceipt(outcome.receipt)
    const event = { type: 'ended', outcome: isNoop ? 'noop' : outcome.status, isLasting: isLasting(trial) } as const
    const isAwaited = outcome.status === 'completed' && !isNoop
    const judgement = this.#preemption.judgementOf(trial) ?? (isAwaited ? undefined : this.#judge(trial, now))
    this.#advance(trial, event, now, judgement)
    const breached = this.#breaches.get(trial.id)
    const current = this.#options.trials.get(trial.id)
    if (breached !== undefined && current && isOpen(current)) this.#breached({ trial: current, reason: breached }, now)
  }

  /** Advances all open trials, with a rest after each; returns the guards that were breached. */
  *step(program: Program, now: number): Steps<Breach[]> {
    const { trials, guarded, reverter } = this.#options
    const breaches = guarded
      .observe(program, trials.open, trial => this.#programs.get(trial.id)?.measurement, now)
      .filter(({ trial }) => isWatched(trial) && !this.#breaches.has(trial.id))
    for (const breach of breaches) this.#breached(breach, now)
    yield
    for (const { id } of trials.open) {
      // During a rest a run may have ended or the kill switch tripped.
      const trial = trials.get(id)
      if (trial === undefined || !isOpen(trial)) continue
      this.#step(trial, now)
      yield
    }
    reverter.renew(trials.open, trial => this.#lost(trial, now))
    return breaches
  }

  /** Nothing but the mode stands in the way: whether what happens without the action is to be watched now. */
  shadowOf(proposal: Proposal, program: Program, now: number): Decision | undefined {
    const version = program.versionOf(proposal.firing.alert, proposal.response)
    return this.#shadows.decide(proposal, version, this.#options.trials.open, now)
  }

  /** Watches what happens without the action; it shows what a trial would take. */
  *shadow(decision: Decision, program: Program, now: number): Steps<void> {
    if (decision.response.expect)
      yield* program.measurement.baselineAhead(decision.response.expect, decision.firing.labels, now)
    this.begin(decision, program, now)
  }

  /** Ends the trials of preventive responses for a response to what is. They say nothing about their actions. */
  preempt(yielding: readonly OpenTrial[], judgement: Judgement, now: number): void {
    this.#preemption.end(yielding, judgement, now)
  }

  /** Courses whose alert is over, and their lasting changes with them. */
  resolve(isFiring: (alertKey: string) => boolean, now: number): void {
    const open = this.#tried()
    for (const trial of open.values()) this.#advance(trial, isFiring(trial.alertKey) ? TICK : RESOLVED, now)
    // A trial may outlast both the kill switch and its release, and leave its course switched off.
    const released: CourseEvent[] = this.#isKilled ? [] : [{ type: 'enabled' }]
    const [whileFiring, onceResolved] = [
      [TICK, ...released],
      [RESOLVED, TICK, ...released],
    ]
    this.#options.courses.rest(
      key => open.has(key),
      key => (isFiring(key) ? whileFiring : onceResolved),
      now,
    )
  }

  /** Ends every trial at once and sets every lasting change back. */
  kill(by: string, now: number): void {
    const { courses, trials } = this.#options
    this.#isKilled = true
    const judgement: Judgement = { verdict: 'inconclusive', reason: `ended by the kill switch (${by})` }
    for (const trial of trials.open) {
      if (trial.arm === 'shadow' && trial.state !== 'running') this.#close(trial, judgement, now)
      else this.#advance(trial, { type: 'killed' }, now, judgement)
    }
    const open = this.#tried()
    courses.rest(
      key => open.has(key),
      () => [{ type: 'killed' }],
      now,
    )
  }

  /** The kill switch was released; the next step goes on from there. */
  enable(): void {
    this.#isKilled = false
  }

  /** A change was set back, or could not be. */
  reverted(trial: JudgedTrial, now: number): void {
    const result = trial.reverted?.result
    if (result === undefined) return
    const { courses } = this.#options
    let course = courses.advance(trial, { type: 'reverted', result }, now)
    // The reverter has tried as often as the course would.
    if (result === 'failed')
      while (course.state === 'reverting') course = courses.advance(trial, { type: 'reverted', result }, now)
    this.historyOf(trial).advance({ type: 'reverted', result }, now)
    this.#forget(trial.id)
  }

  /** A run that was given up has changed something all the same, and it could not be set back. */
  lateFailure(trial: Trial, now: number): void {
    this.historyOf(trial).advance({ type: 'reverted', result: 'failed' }, now)
  }

  /** The trials that were judged since this was last asked. */
  takeVerdicts(): Verdicted[] {
    return this.#news.take()
  }

  /** The open trials by course. A shadow has none: nothing is done about it. */
  #tried(): ReadonlyMap<string, OpenTrial> {
    const tried = this.#options.trials.open.filter(({ arm }) => arm !== 'shadow')
    return new Map(tried.map(trial => [courseKey(trial), trial]))
  }

  #step(trial: OpenTrial, now: number): void {
    const { reverter } = this.#options
    const { from, until } = verifyingTimes(trial)
    if (trial.state === 'settling' && now >= from) {
      // Where nothing was done there is nothing to wait for but the time at which a run would be looked at.
      if (trial.arm === 'act') this.#advance(trial, { type: 'windowOpened' }, now)
      else this.#options.trials.verify(trial)
    }
    const current = this.#options.trials.get(trial.id)
    if (current?.state !== 'verifying') return
    const measurement = this.#programs.get(current.id)?.measurement
    if (measurement) gatherValues(current, measurement, this.#options.trials, now)
    if (current.design?.kind === 'switchback') reverter.switch(current, isOnAt(current.design.plan, now))
    if (now < until || (!hasEnoughValues(current, this.#options.intervalMs) && now < 2 * until - from)) return
    const judgement = this.#judge(current, now)
    if (current.arm === 'shadow') this.#close(current, judgement, now)
    else this.#advance(current, { type: 'judged', verdict: judgement.verdict }, now, judgement)
  }

  #judge(trial: Exclude<Trial, RunningTrial>, now: number): Judgement {
    return this.historyOf(trial).judge(trial, now, this.#breaches.has(trial.id))
  }

  #breached({ trial, reason }: Breach, now: number): void {
    if (!this.#breaches.has(trial.id)) this.historyOf(trial).breach(trial, now)
    this.#breaches.set(trial.id, reason)
    // Nothing was done that could be set back: it stays under observation, and is one episode, as long as any.
    if (trial.arm === 'control') return
    if (trial.state === 'running') {
      this.#options.runner.abort(trial, `a guard was breached: ${reason}`)
      return
    }
    if (trial.state === 'reverting') return
    const { verdict } = trial.state === 'kept' ? trial : this.#judge(trial, now)
    const judgement: Judgement = {
      verdict: verdict === 'harmful' ? verdict : 'inconclusive',
      reason: `a guard was breached: ${reason}`,
    }
    this.#advance(trial, { type: 'breached' }, now, judgement)
  }

  #lost(trial: Trial, now: number): void {
    const current = this.#options.trials.get(trial.id)
    if (current && isOpen(current) && current.state !== 'running')
      this.#advance(current, { type: 'lost' }, now, {
        verdict: 'inconclusive',
        reason: 'its lease was lost, or somebody else has set it meanwhile',
      })
  }

  #advance(trial: OpenTrial, event: CourseEvent, now: number, judgement?: Judgement): void {
    const course = this.#options.courses.advance(trial, event, now)
    const current = this.#options.trials.get(trial.id)
    if (current && isOpen(current)) this.#follow(current, course, now, judgement)
  }

  /** Brings a trial to where its course is. */
  #follow(trial: OpenTrial, course: Course, now: number, judgement: Judgement = judgementOf(trial)): void {
    const { trials, reverter } = this.#options
    if (trial.state === 'running') return
    switch (course.state) {
      case 'verifying':
        if (trial.state === 'settling') trials.verify(trial)
        return
      case 'reverting':
        if (trial.state === 'reverting') return
        return reverter.undo(this.#news.add(trials.revert(trial, this.#seen(trial, judgement), course.cause, now)))
      case 'settled':
        if (!course.isLasting) return this.#close(trial, judgement, now)
        if (trial.state === 'kept') return
        this.#news.add(trials.keep(trial, this.#seen(trial, judgement), now))
        return reverter.switch(trial, true)
      case 'acting':
      case 'settling':
      case 'proposed':
        return
      case 'idle':
      case 'suppressed':
      case 'reverted':
      case 'cooldown':
      case 'quarantined':
      case 'off':
        if (trial.state !== 'reverting') this.#close(trial, judgement, now)
    }
  }

  #close(trial: Exclude<OpenTrial, RunningTrial>, judgement: Judgement, now: number): void {
    this.#forget(trial.id)
    this.#news.add(this.#options.trials.close(trial, this.#seen(trial, judgement), now))
  }

  #forget(id: string): void {
    for (const known of [this.#programs, this.#breaches, this.#preemption]) known.delete(id)
  }

  /** A verdict is not told without what its guards could not see. */
  #seen(trial: Trial, judgement: Judgement): Judgement & Pick<JudgedTrial, 'blindSpots'> {
    return { ...judgement, blindSpots: this.#options.guarded.blindSpots(trial) }
  }
}
