import type { Evaluated } from '../alerts/alerts.ts'
import { budgetsLeft } from '../decisions/budget.ts'
import type { Fleet } from '../fleet/fleet.ts'
import type { Launched } from '../trials/launcher.ts'
import type { Answers, Responder } from '../trials/responder.ts'
import type { TakenNews } from '../trials/trial-news.ts'
import type { Breach } from '../trials/trials.ts'
import type { Histories } from '../verdicts/histories.ts'
import type { Action } from '../words/action.ts'
import type { BudgetLimits } from '../words/budget-limits.ts'
import type { Mode } from '../words/mode.ts'
import type { LedgerEntry } from '../words/ledger-entry.ts'

/** What a tick has found out and done. */
export interface Tick {
  readonly now: number
  readonly durationMs: number
  readonly breaches: readonly Breach[]
  readonly evaluated: Evaluated
  readonly answers: Answers
  readonly launched: Launched
  readonly news: TakenNews
}

/** Where the rest of an entry comes from. */
export interface EntrySources {
  readonly mode: () => Mode
  readonly modeOf: (action: string) => Mode
  readonly responder: Responder
  readonly histories: Histories
  readonly fleet: Fleet
  readonly actions: ReadonlyMap<string, Action>
  readonly budget: BudgetLimits
}

/** The entry of a tick. It takes the news of its sources: each is reported once. */
export function tickEntry(
  { now, durationMs, breaches, evaluated, answers, launched, news }: Tick,
  { mode, modeOf, responder: { trials, advisor, proofs }, histories, fleet, actions, budget }: EntrySources,
): Omit<LedgerEntry, 'id' | 'refused'> {
  const { errors, ...alerts } = evaluated
  return {
    now,
    durationMs,
    mode: mode(),
    ...alerts,
    failures: errors.map(({ alert, message }) => ({ rule: alert, error: message })),
    ...launched,
    refusals: [...answers.refusals, ...launched.refusals],
    breaches: breaches.map(({ trial: { id, action, arm }, reason }) => ({ trial: id, action, arm, reason })),
    ...news,
    advised: advisor.takeGiven(),
    adopted: advisor.takeAdopted(),
    proofs: proofs.takeNews(),
    open: trials.open.map(({ id, action, arm, state }) => ({ id, action, arm, state })),
    effects: histories.effectsOf(news.verdicts),
    fleet: fleet.state,
    quarantined: histories.takeQuarantined(),
    offers: histories.takeOffers(modeOf, now),
    budgets: budgetsLeft(actions.values(), answers.situation.spending, budget),
  }
}
