import type { Firing, LedgerEntry, Trial, Verdict } from '@homeostat/optimizer'
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

/** A line, and what tells it from the others of its kind and tag in one tick. */
type Told = Omit<NewsItem, 'id' | 'at' | 'kind' | 'entry'> & { readonly subject: string; readonly at?: number }

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
 * A ledger entry as lines of a timeline. The lines have the same ids however often the entry is read, and whatever it has lost in the
 * meantime: a page that comes back gets what it knows, and what it missed.
 *
 * @param before - the entry before it; undefined where that is not known any more, and nothing counts as new that may have stood before
 */
export function newsIn(entry: LedgerEntry, before: LedgerEntry | undefined): NewsItem[] {
  const kinds: readonly (readonly [NewsKind, readonly Told[]])[] = [
    ['mode', modes(entry, before)],
    ['alert', [...alerts(entry), ...failures(entry, before)]],
    ['refusal', refusals(entry)],
    ['decision', decisions(entry)],
    ['run', entry.ended.map(runOf)],
    ['verdict', [...entry.verdicts.map(verdictOf), ...quarantines(entry)]],
    ['revert', [...breaches(entry), ...entry.reverted.map(revertOf)]],
    ['advice', adviceIn(entry)],
    ['proof', entry.proofs.map(proofOf)],
  ]
  return kinds.flatMap(([kind, told]) =>
    limited(told).map(({ at = entry.now, subject, ...item }) => ({
      ...item,
      kind,
      id: `${entry.id} ${kind} ${item.tag} ${subject}`,
      entry: entry.id,
      at: wallTime(at),
    })),
  )
}

function modes({ mode }: LedgerEntry, before: LedgerEntry | undefined): Told[] {
  if (before === undefined || before.mode === mode) return []
  const text = mode === 'off' ? 'all actions are stopped' : `the mode is ${mode}, it was ${before.mode}`
  return [{ tone: mode === 'off' ? 'bad' : 'plain', tag: mode, text, about: '', subject: '' }]
}

function refusals({ refused }: LedgerEntry): Told[] {
  return refused.map(refusal => ({
    tone: 'plain',
    tag: refusal.reason,
    text: `${refusal.firing.alert}: ${refusalText(refusal)}`,
    about: refusal.firing.alert,
    subject: `${alertKey(refusal.firing)} ${refusal.response?.action}`,
  }))
}

function failures({ id, failures }: LedgerEntry, before: LedgerEntry | undefined): Told[] {
  if (before === undefined && id > 1) return []
  const known = new Set(before?.failures.map(({ rule }) => rule))
  return failures
    .filter(({ rule }) => !known.has(rule))
    .map(({ rule, error }) => ({
      tone: 'warn',
      tag: 'error',
      text: `the rule ${rule} could not be evaluated: ${error}`,
      about: rule,
      subject: rule,
    }))
}

function limited(told: readonly Told[]): readonly Told[] {
  const first = told.slice(0, MOST_OF_KIND)
  const last = first.at(-1)
  const leftOut = told.length - first.length
  if (last === undefined || leftOut === 0) return first
  return [
    ...first,
    { ...last, tone: 'plain', tag: 'more', text: `${leftOut} more in this tick`, about: '', subject: '' },
  ]
}

function alerts({ transitions, firings }: LedgerEntry): Told[] {
  const byLabels = new Map(firings.map(firing => [firing.labels, firing]))
  return transitions.flatMap(({ alert, labels, from, to }): Told[] => {
    const whose = { about: alert, subject: alertKey({ alert, labels }) }
    if (to === 'firing' && from !== 'resolving')
      return [{ tone: 'warn', tag: 'firing', text: firingText(alert, byLabels.get(labels)), ...whose }]
    if (to === 'pending') return [{ tone: 'plain', tag: 'pending', text: `${alert} is pending`, ...whose }]
    if (to === 'inactive' && from !== 'pending')
      return [{ tone: 'good', tag: 'over', text: `${alert} is over`, ...whose }]
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
    subject: id,
  }))
}

function runOf(trial: LedgerEntry['ended'][number]): Told {
  const { status } = trial.outcome
  const tone = status === 'completed' ? 'plain' : 'warn'
  return { tone, tag: status, text: explainTrial(trial), about: trial.id, subject: trial.id, at: trial.endedAt }
}

function verdictOf(trial: LedgerEntry['verdicts'][number]): Told {
  const { verdict, id, judgedAt } = trial
  return {
    tone: VERDICT_TONES[verdict],
    tag: plain(verdict),
    text: explainTrial(trial),
    about: id,
    subject: id,
    at: judgedAt,
  }
}

function quarantines({ quarantined }: LedgerEntry): Told[] {
  return quarantined.map(({ alert, action, until, reason }) => ({
    tone: 'bad',
    tag: 'quarantine',
    text: `${action} is quarantined for ${alert} until ${new Date(wallTime(until)).toISOString()}: ${reason}`,
    about: alert,
    subject: `${alert} ${action}`,
  }))
}

function breaches(entry: LedgerEntry): Told[] {
  return entry.breaches.map(({ trial, action, reason }) => ({
    tone: 'bad',
    tag: 'guard',
    text: `a guard of ${action} was breached: ${reason}`,
    about: trial,
    subject: `${trial} ${reason}`,
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
  return { tone, tag, text: explainTrial(trial satisfies Trial), about: trial.id, subject: trial.id }
}

function adviceIn({ advised, adopted, offers }: LedgerEntry): Told[] {
  return [
    ...advised.map((given): Told => ({
      tone: given.status === 'completed' ? 'plain' : 'warn',
      tag: given.status === 'completed' ? 'advice' : given.status,
      // The error of an action may quote the application's data.
      text: given.status === 'completed' ? explainAdvice(given) : `${given.id} for ${given.alert} gave no advice`,
      about: given.id,
      subject: given.id,
      at: given.endedAt,
    })),
    ...adopted.map(({ action, alert, what }): Told => ({
      tone: 'good',
      tag: 'adopted',
      text: `the advice of ${action} for ${alert} was followed: ${what}`,
      about: action,
      subject: `${action} ${alert} ${what}`,
    })),
    ...offers.map(({ alert, action, mode, because }): Told => ({
      tone: 'plain',
      tag: 'offer',
      text: `the evidence speaks for mode ${mode} of ${action} for ${alert}: ${because}`,
      about: alert,
      subject: `${mode} ${action} ${alert}`,
    })),
  ]
}

function proofOf(news: LedgerEntry['proofs'][number]): Told {
  const { id, change, at, verdict, placebo, isInOrder } = news
  const isBelieved = placebo !== 'effective' && placebo !== 'harmful'
  const tone = isInOrder === false || !isBelieved ? 'warn' : verdict === undefined ? 'plain' : VERDICT_TONES[verdict]
  const tag = verdict === undefined || isInOrder === false ? change : isBelieved ? plain(verdict) : 'not believed'
  return { tone, tag, text: explainProof(news), about: id, subject: `${id} ${change}`, at }
}

/** A verdict as people write it. */
function plain(verdict: Verdict): string {
  return verdict.replace('_', ' ')
}
