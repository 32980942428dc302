import type { Action } from '../words/action.ts'
import { isAdvice } from '../words/action.ts'
import type { Advisor } from '../actions/advisor.ts'
import type { BudgetLimits, Spending } from '../decisions/budget.ts'
import { spendingOf } from '../decisions/budget.ts'
import type { CoursePolicy } from './course.ts'
import type { CourseBook } from './course-book.ts'
import { decideInSteps } from '../decisions/decide.ts'
import { alertKey } from '../words/alert-key.ts'
import type { Due, Proposal, Refusal } from '../words/decision.ts'
import type { Firing } from '../words/firing.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { GateState } from '../decisions/gate.ts'
import type { KillSwitch } from '../stop/kill-switch.ts'
import type { Launcher } from './launcher.ts'
import type { Mode } from '../words/mode.ts'
import { modeOfResponse } from '../words/mode.ts'
import { preemptedBy, rivalOf } from './preemption.ts'
import type { Program } from '../alerts/program.ts'
import type { Response } from '../words/response.ts'
import { ResponseIndex } from '../words/response-match.ts'
import type { Runner } from '../actions/runner.ts'
import type { Steps } from '../time/sliced-work.ts'
import type { Supervision } from './supervision.ts'
import type { Trials } from './trials.ts'

/** Refusals that are passed to courses between two rests. */
const REFUSALS_OF_STEP = 32

export interface DeciderOptions {
  readonly actions: ReadonlyMap<string, Action>
  readonly trials: Trials
  readonly killSwitch: KillSwitch
  readonly fleet: Fleet
  readonly courses: CourseBook
  readonly supervision: Supervision
  readonly runner: Runner
  readonly launcher: Launcher
  readonly advisor: Advisor
  readonly modeOf: (action: string) => Mode
  readonly budget: BudgetLimits
  readonly warmUpMs: number
}

/** What the firings of a tick are to be answered with. */
export interface Answers {
  /** Actions that change something. */
  readonly due: readonly Due[]
  /** Actions that only advise. */
  readonly consult: readonly Due[]
  readonly refusals: readonly Refusal[]
}

/** Gathers what the gates look at, and has the courses know what they said. */
export class Decider {
  readonly #options: DeciderOptions
  #startedAt: number | undefined
  #firings: readonly Firing[] = []
  #unmetOf: GateState['unmetOf'] = () => undefined

  constructor(options: DeciderOptions) {
    this.#options = options
  }

  /** Why a proposal that was due is due no more; undefined while it is. */
  recheck(proposal: Proposal): string | undefined {
    const { firing, response } = proposal
    const { killSwitch, modeOf, trials, launcher } = this.#options
    if (killSwitch.state.tripped) return `the kill switch was tripped by ${killSwitch.state.by} meanwhile`
    const mode = modeOfResponse(response, modeOf)
    if (mode !== 'act') return `mode is ${mode} by now`
    const key = alertKey(firing)
    const current = this.#firings.find(candidate => alertKey(candidate) === key)
    if (!current) return 'its alert was over when the lease was granted'
    if (current.keptSince !== undefined) return 'its condition did not hold any more when the lease was granted'
    const rival = rivalOf(proposal, trials.open, launcher.asked)
    return rival === undefined ? this.#unmetOf(proposal) : `${rival} on the same resource goes first`
  }

  *answer(program: Program, firings: readonly Firing[], spending: Spending, now: number): Steps<Answers> {
    this.#startedAt ??= now
    this.#firings = firings
    this.#unmetOf = ({ firing, response }) => program.measurement.unmet(response, firing.labels, now)
    const { actions, trials, killSwitch, fleet, courses, supervision, runner, launcher, advisor, ...limits } =
      this.#options
    const index = ResponseIndex.of(program.responses)
    for (const [alert, { labels }] of new Map(firings.map(firing => [firing.alert, firing]))) {
      const required = index.expressionsOf(alert, ({ requires = [] }) => requires.map(({ expr }) => expr))
      yield* program.measurement.readAhead(required, now, labels)
    }
    const outcomes = yield* decideInSteps({
      ...limits,
      now,
      firings,
      responses: program.responses,
      actions,
      open: trials.open,
      spending,
      spendingOnPresent: spendingOf(trials, now, ({ response }) => !response.preventive),
      asked: launcher.asked,
      killSwitch: killSwitch.state,
      fleet: fleet.state,
      quarantineOf: answer => courses.quarantineOf(answer, program, now),
      cooldownOf: proposal => courses.cooldownOf(proposal, now),
      unmetOf: this.#unmetOf,
      isUnsettled: action => runner.isUnsettled(action),
      advice: advisor.at(now),
      startedAt: this.#startedAt,
    })
    const due = outcomes.filter((outcome): outcome is Due => outcome.kind === 'due')
    const refusals = outcomes.filter((outcome): outcome is Refusal => outcome.kind === 'refusal')
    const policies = new Map<Response, CoursePolicy>()
    const policyOf = (response: Response): CoursePolicy => {
      let policy = policies.get(response)
      if (policy === undefined) policies.set(response, (policy = courses.policyOfRefusals(response, program)))
      return policy
    }
    let told = 0
    for (const refusal of refusals) {
      if (++told % REFUSALS_OF_STEP === 0) yield
      const { firing, response, wouldRun, preempts } = refusal
      if (!response) continue
      const asked = actions.get(response.action)
      // Advice has no course: it is never tried.
      if (asked && isAdvice(asked)) continue
      courses.refused(refusal, response.action, policyOf(response), now)
      const shadow = wouldRun && supervision.shadowOf({ firing, response, action: wouldRun }, program, now)
      if (shadow) yield* supervision.shadow(shadow, program, now)
      if (preempts) supervision.preempt(preempts, preemptedBy(firing.alert, response.action), now)
    }
    const [consult, changes] = [
      due.filter(({ action }) => isAdvice(action)),
      due.filter(({ action }) => !isAdvice(action)),
    ]
    return { due: changes, consult, refusals }
  }
}
