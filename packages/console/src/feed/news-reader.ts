import type { Firing, LedgerEntry, Mode, Refusal, Trial, Verdict } from '@homeostat/optimizer'
import {
  alertKey,
  explainAdvice,
  explainProof,
  explainTrial,
  plainNumber,
  refusalText,
  wallTime,
} from '@homeostat/optimizer/parts'
import type { NewsItem, NewsKind, Tone } from '../wire/news-item.ts'

/** Things of one kind that one tick adds: a thousand alerts may begin at once, and nobody reads a thousand lines. */
const MOST_OF_KIND = 20

type Told = Omit<NewsItem, 'id' | 'at' | 'kind'> & { readonly at?: number }

const VERDICT_TONES: Readonly<Record<Verdict, Tone>> = {
  effective: 'good',
  no_effect: 'plain',
  harmful: 'bad',
  inconclusive: 'plain',
  failed: 'bad',
  noop: 'plain',
  palliative: 'warn',
}

/**
 * Reads ledger entries in their order as lines of a timeline. A refusal is repeated in every tick of its alert; it is news when it begins,
 * and when its reason changes.
 */
export class NewsReader {
  #refused: ReadonlySet<string> = new Set()
  #failing: ReadonlySet<string> = new Set()
  #mode: Mode | undefined

  /** What is new in the next entry. */
  read(entry: LedgerEntry): NewsItem[] {
    const kinds: readonly (readonly [NewsKind, readonly Told[]])[] = [
      ['mode', this.#modes(entry)],
      ['alert', [...alerts(entry), ...this.#failures(entry)]],
      ['refusal', this.#refusals(entry)],
      ['decision', decisions(entry)],
      ['run', entry.ended.map(runOf)],
      ['verdict', [...entry.verdicts.map(verdictOf), ...quarantines(entry)]],
      ['revert', [...breaches(entry), ...entry.reverted.map(revertOf)]],
      ['advice', adviceIn(entry)],
      ['proof', entry.proofs.map(proofOf)],
    ]
    let count = 0
    return kinds.flatMap(([kind, told]) =>
      limited(told).map(({ at = entry.now, ...item }) => ({
        ...item,
        kind,
        id: `${entry.id}.${count++}`,
        at: wallTime(at),
      })),
    )
  }

  #modes({ mode, id }: LedgerEntry): Told[] {
    const before = this.#mode
    this.#mode = mode
    if (before === undefined || before === mode) return []
    const text = mode === 'off' ? 'all actions are stopped' : `the mode is ${mode}, it was ${before}`
    return [{ tone: mode === 'off' ? 'bad' : 'plain', tag: mode, text, about: String(id) }]
  }

  #refusals({ refusals }: LedgerEntry): Told[] {
    const keyOf = ({ firing, response, reason }: Refusal): string => `${alertKey(firing)} ${response?.action} ${reason}`
    const known = this.#refused
    const fresh = refusals.filter(refusal => !known.has(keyOf(refusal)))
    this.#refused = new Set(refusals.map(keyOf))
    return fresh.map(refusal => ({
      tone: 'plain',
      tag: refusal.reason,
      text: `${refusal.firing.alert}: ${refusalText(refusal)}`,
      about: refusal.firing.alert,
    }))
  }

  #failures({ failures }: LedgerEntry): Told[] {
    const known = this.#failing
    const fresh = failures.filter(({ rule }) => !known.has(rule))
    this.#failing = new Set(failures.map(({ rule }) => rule))
    return fresh.map(({ rule, error }) => ({
      tone: 'warn',
      tag: 'error',
      text: `the rule ${rule} could not be evaluated: ${error}`,
      about: rule,
    }))
  }
}

function limited(told: readonly Told[]): readonly Told[] {
  const first = told.slice(0, MOST_OF_KIND)
  const last = first.at(-1)
  const leftOut = told.length - first.length
  if (last === undefined || leftOut === 0) return first
  return [...first, { ...last, tone: 'plain', tag: 'more', text: `${leftOut} more in this tick`, about: '' }]
}

function alerts({ transitions, firings }: LedgerEntry): Told[] {
  const byLabels = new Map(firings.map(firing => [firing.labels, firing]))
  return transitions.flatMap(({ alert, labels, from, to }): Told[] => {
    if (to === 'firing' && from !== 'resolving')
      return [{ tone: 'warn', tag: 'firing', text: firingText(alert, byLabels.get(labels)), about: alert }]
    if (to === 'pending') return [{ tone: 'plain', tag: 'pending', text: `${alert} is pending`, about: alert }]
    if (to === 'inactive' && from !== 'pending')
      return [{ tone: 'good', tag: 'over', text: `${alert} is over`, about: alert }]
    return []
  })
}

function firingText(alert: string, firing: Firing | undefined): string {
  if (firing === undefined) return `${alert} fires`
  const { summary } = firing.annotations
  return `${alert} fires: ${summary || `value ${plainNumber(firing.value)}`}`
}

function decisions({ started, withheld }: LedgerEntry): Told[] {
  return [...started, ...withheld].map(({ id, action, alert, arm }) => ({
    tone: 'plain',
    tag: arm === 'act' ? 'run' : arm,
    text: {
      act: `${action} runs for ${alert}`,
      control: `${action} is withheld for ${alert}, as a control: what happens without it shows what it does`,
      shadow: `${action} is only observed for ${alert}, because of the mode`,
    }[arm],
    about: id,
  }))
}

function runOf(trial: LedgerEntry['ended'][number]): Told {
  const { status } = trial.outcome
  const tone = status === 'completed' ? 'plain' : 'warn'
  return { tone, tag: status, text: explainTrial(trial), about: trial.id, at: trial.endedAt }
}

function verdictOf(trial: LedgerEntry['verdicts'][number]): Told {
  const { verdict, id, judgedAt } = trial
  return { tone: VERDICT_TONES[verdict], tag: plain(verdict), text: explainTrial(trial), about: id, at: judgedAt }
}

function quarantines({ quarantined }: LedgerEntry): Told[] {
  return quarantined.map(({ alert, action, until, reason }) => ({
    tone: 'bad',
    tag: 'quarantine',
    text: `${action} is quarantined for ${alert} until ${new Date(wallTime(until)).toISOString()}: ${reason}`,
    about: alert,
  }))
}

function breaches(entry: LedgerEntry): Told[] {
  return entry.breaches.map(({ trial, action, reason }) => ({
    tone: 'bad',
    tag: 'guard',
    text: `a guard of ${action} was breached: ${reason}`,
    about: trial,
  }))
}

function revertOf(trial: LedgerEntry['reverted'][number]): Told {
  const result = trial.reverted?.result ?? 'restored'
  const words: Readonly<Record<typeof result, readonly [string, Tone]>> = {
    restored: ['reverted', 'plain'],
    superseded: ['superseded', 'plain'],
    failed: ['not reverted', 'bad'],
  }
  const [tag, tone] = words[result]
  return { tone, tag, text: explainTrial(trial satisfies Trial), about: trial.id }
}

function adviceIn({ advised, adopted, offers }: LedgerEntry): Told[] {
  return [
    ...advised.map((given): Told => ({
      tone: given.status === 'completed' ? 'plain' : 'warn',
      tag: given.status === 'completed' ? 'advice' : given.status,
      // The error of an action may quote the application's data.
      text: given.status === 'completed' ? explainAdvice(given) : `${given.id} for ${given.alert} gave no advice`,
      about: given.id,
      at: given.endedAt,
    })),
    ...adopted.map(({ action, alert, what }): Told => ({
      tone: 'good',
      tag: 'adopted',
      text: `the advice of ${action} for ${alert} was followed: ${what}`,
      about: action,
    })),
    ...offers.map(({ alert, action, mode, because }): Told => ({
      tone: 'plain',
      tag: 'offer',
      text: `the evidence speaks for mode ${mode} of ${action} for ${alert}: ${because}`,
      about: alert,
    })),
  ]
}

function proofOf(news: LedgerEntry['proofs'][number]): Told {
  const { id, change, at, verdict, placebo, isInOrder } = news
  const isBelieved = placebo !== 'effective' && placebo !== 'harmful'
  const tone = isInOrder === false || !isBelieved ? 'warn' : verdict === undefined ? 'plain' : VERDICT_TONES[verdict]
  const tag = verdict === undefined || isInOrder === false ? change : isBelieved ? plain(verdict) : 'not believed'
  return { tone, tag, text: explainProof(news), about: id, at }
}

/** A verdict as people write it. */
function plain(verdict: Verdict): string {
  return verdict.replace('_', ' ')
}
