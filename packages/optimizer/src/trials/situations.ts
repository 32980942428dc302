import type { Steps } from '@homeostat/signals'
import type { Advisor } from '../actions/advisor.ts'
import type { Runner } from '../actions/runner.ts'
import type { Program } from '../alerts/program.ts'
import type { BudgetLimits } from '../words/budget-limits.ts'
import { spendingOf } from '../decisions/budget.ts'
import type { DecisionInput } from '../decisions/decide.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { KillSwitch } from '../stop/kill-switch.ts'
import type { Action } from '../words/action.ts'
import type { Firing } from '../words/firing.ts'
import type { Mode } from '../words/mode.ts'
import { ResponseIndex } from '../words/response-match.ts'
import type { Launcher } from './launcher.ts'
import type { TrialHistories } from './trial-history.ts'
import type { Trials } from './trials.ts'

/** Firings checked between two rests. */
const FIRINGS_OF_STEP = 256

export interface SituationsOptions {
  readonly actions: ReadonlyMap<string, Action>
  readonly trials: Trials
  readonly launcher: Launcher
  readonly runner: Runner
  readonly advisor: Advisor
  readonly fleet: Fleet
  readonly killSwitch: KillSwitch
  readonly modeOf: (action: string) => Mode
  readonly budget: BudgetLimits
  readonly warmUpMs: number
  readonly histories: TrialHistories
}

/** Gathers what a tick decides on: its firings, and everything that the gates look at. */
export class Situations {
  readonly #options: SituationsOptions
  #startedAt: number | undefined

  constructor(options: SituationsOptions) {
    this.#options = options
  }

  *at(program: Program, firings: readonly Firing[], now: number): Steps<DecisionInput> {
    const { actions, trials, launcher, runner, advisor, fleet, killSwitch, histories, ...limits } = this.#options
    const { measurement, responses } = program
    this.#startedAt ??= now
    const index = ResponseIndex.of(responses)
    for (const [alert, { labels }] of yield* oneOfEachAlert(firings)) {
      const required = index.expressionsOf(alert, ({ requires = [] }) => requires.map(({ expr }) => expr))
      yield* measurement.readAhead(required, now, labels)
    }
    return {
      ...limits,
      now,
      firings,
      responses,
      actions,
      startedAt: this.#startedAt,
      open: trials.open,
      spending: spendingOf(trials, now),
      spendingOnPresent: spendingOf(trials, now, ({ response }) => !response.preventive),
      asked: launcher.asked,
      killSwitch: killSwitch.state,
      fleet: fleet.state,
      quarantineOf: ({ response, action }) => {
        const { alert } = response.to
        const version = program.versionOf(alert, response)
        return histories.quarantineOf({ alert, action: action.name, version, response }, now)
      },
      cooldownOf: proposal => trials.cooldownOf(proposal, now),
      unlearnedOf: proposal => trials.unlearnedOf(proposal, now),
      unmetOf: ({ firing, response }) => measurement.unmet(response, firing.labels, now),
      isUnsettled: action => runner.isUnsettled(action) || trials.isProving(action),
      advice: advisor.at(now),
    }
  }
}

/** A firing of each alert that fires. */
function* oneOfEachAlert(firings: readonly Firing[]): Steps<ReadonlyMap<string, Firing>> {
  const firingOf = new Map<string, Firing>()
  let looked = 0
  for (const firing of firings) {
    firingOf.set(firing.alert, firing)
    if (++looked % FIRINGS_OF_STEP === 0) yield
  }
  return firingOf
}
