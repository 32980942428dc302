import type { SpanContext } from '@opentelemetry/api'
import type { Faults, Steps } from '@homeostat/signals'
import { Advisor } from '../actions/advisor.ts'
import { Reverter } from '../actions/reverter.ts'
import { Runner } from '../actions/runner.ts'
import type { Program } from '../alerts/program.ts'
import type { DecisionInput } from '../decisions/decide.ts'
import { decideInSteps } from '../decisions/decide.ts'
import { isAdvice } from '../words/action.ts'
import type { Due, Refusal } from '../words/decision.ts'
import type { Firing } from '../words/firing.ts'
import type { SettlingTrial } from '../words/trial.ts'
import { GuardLooks, type GuardLooksOptions } from './guard-looks.ts'
import type { Launched } from './launcher.ts'
import { Launcher } from './launcher.ts'
import { Proofs } from './proofs.ts'
import type { SituationsOptions } from './situations.ts'
import { Situations } from './situations.ts'
import { Trials } from './trials.ts'

/** A slice of 2 ms is not noticed at any request rate that a Node process serves. */
const SLICE_MS = 2

export interface ResponderOptions
  extends
    Omit<SituationsOptions, 'trials' | 'launcher' | 'runner' | 'advisor'>,
    Omit<GuardLooksOptions, 'trials' | 'isAsking'> {
  readonly faults: Faults
  readonly clock: () => number
  /** Uniform in [0, 1). */
  readonly random: () => number
  /** Time between ticks. */
  readonly intervalMs: number
  /** Requests and jobs that were traced since a time. */
  readonly traces: { since(time: number): readonly SpanContext[] }
}

/** The answers to the firings of a tick. */
export interface Answers {
  readonly situation: DecisionInput
  /** Actions that change something. */
  readonly due: readonly Due[]
  /** Actions that only advise. */
  readonly consult: readonly Due[]
  readonly refusals: readonly Refusal[]
}

/** Answers firings: decides what is due, begins it, and carries the trials on. All that has effects is wired together here. */
export class Responder {
  readonly trials: Trials
  readonly advisor: Advisor
  readonly looks: GuardLooks
  readonly #runner: Runner
  readonly #reverter: Reverter
  readonly #launcher: Launcher
  readonly #situations: Situations
  readonly proofs: Proofs

  constructor(options: ResponderOptions) {
    const { killSwitch, fleet, modeOf, faults, clock, random, intervalMs, histories, traces } = options
    const runner = (this.#runner = new Runner({ killSwitch, faults, clock, sliceMs: SLICE_MS }))
    const reverter = (this.#reverter = new Reverter({ faults, clock }))
    const shared = { faults, clock, histories }
    const paces = { intervalMs, lookMs: () => this.looks.everyMs }
    const trials = (this.trials = new Trials({ ...shared, ...paces, runner, reverter, random, traces }))
    const advisor = (this.advisor = new Advisor({
      run: (proposal, now) => runner.consult(proposal, now),
      followed: (action, given) => runner.followed(action, given),
      clock,
    }))
    const launcher = (this.#launcher = new Launcher({ ...shared, trials, killSwitch, fleet, modeOf }))
    const { actions, budget, warmUpMs } = options
    const limits = { actions, budget, warmUpMs, histories, killSwitch, fleet, modeOf }
    const situations = (this.#situations = new Situations({ ...limits, trials, launcher, runner, advisor }))
    this.proofs = new Proofs({ trials, situations, reverter, clock, ...paces })
    this.looks = new GuardLooks({ ...options, trials, isAsking: () => launcher.asked.length > 0 })
    killSwitch.onTrip(by => trials.kill(by, clock()))
  }

  /** Decides, and prepares what was decided: yielding trials end, shadows begin, and baselines are read. */
  *decide(program: Program, firings: readonly Firing[], now: number): Steps<Answers> {
    const situation = yield* this.#situations.at(program, firings, now)
    const outcomes = yield* decideInSteps(situation)
    const due = outcomes.filter((outcome): outcome is Due => outcome.kind === 'due')
    const answers: Answers = {
      situation,
      due: due.filter(({ action }) => !isAdvice(action)),
      consult: due.filter(({ action }) => isAdvice(action)),
      refusals: outcomes.filter((outcome): outcome is Refusal => outcome.kind === 'refusal'),
    }
    yield* this.#launcher.prepare(answers.due, answers.refusals, program, now)
    return answers
  }

  /** Begins what is due. Started actions go on by themselves. */
  begin({ situation, due, consult, refusals }: Answers, program: Program): Launched {
    const launched = this.#launcher.launch(due, refusals, program, situation)
    this.advisor.consult(consult, situation.now)
    return launched
  }

  /** Does one tick, and waits for the actions that run or begin meanwhile, and for those that wait for their lease. */
  async withAttempts<Entry>(tick: () => Entry | Promise<Entry>): Promise<{ entry: Entry; attempts: SettlingTrial[] }> {
    // From before the tick on: an action may be over before the last slice of the tick that began it.
    const attempts = this.#launcher.gather()
    try {
      const entry = await tick()
      await this.advisor.settled()
      return { entry, attempts: await attempts() }
    } finally {
      void attempts()
    }
  }

  /** Waits until every change that is being reverted is reverted. */
  async reverted(): Promise<void> {
    await this.#reverter.settled()
  }

  /** Aborts what runs and waits for it. */
  async stop(): Promise<void> {
    await this.#runner.stop()
  }
}
