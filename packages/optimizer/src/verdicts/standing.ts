import type { UndoResult } from '../words/receipt.ts'
import type { Verdict } from '../words/verdict.ts'

/** What is known of one rule and action over all its trials. */
export interface Standing {
  /** The version of the rule that it is about. */
  readonly version: string
  readonly harmful: number
  /** `no_effect` in a row; what decides nothing, as `inconclusive`, neither counts nor breaks it. */
  readonly withoutEffect: number
  readonly quarantine?: Quarantine
}

/** Nothing runs until a person releases it, a day has passed, or the rule changes. */
export interface Quarantine {
  readonly since: number
  readonly until: number
  /** One readable line. */
  readonly reason: string
}

/** What changes a standing. */
export type StandingEvent =
  | { readonly type: 'judged'; readonly verdict: Verdict }
  /** The last attempt to revert a change. */
  | { readonly type: 'reverted'; readonly result: UndoResult['result'] }
  /** Other evidence is against it, e.g. its guards. */
  | { readonly type: 'unfit'; readonly reason: string }
  /** A person lets it act again. */
  | { readonly type: 'reset' }

/** The version that a standing belongs to, and how long a quarantine lasts. */
export interface StandingPolicy {
  /** Changes with the rule's text; a new version starts afresh. */
  readonly version: string
  /** @default 86400000 */
  readonly quarantineMs?: number
}

const DAY_MS = 86_400_000
const MOST_HARMFUL = 2
const MOST_WITHOUT_EFFECT = 3

/** The standing of a version without any trials. */
export function freshStanding(version: string): Standing {
  return { version, harmful: 0, withoutEffect: 0 }
}

/** The standing after an event; the same object when nothing changed. Pure. */
export function advanceStanding(
  standing: Standing,
  event: StandingEvent,
  now: number,
  { version, quarantineMs = DAY_MS }: StandingPolicy,
): Standing {
  if (standing.version !== version)
    return advanceStanding(freshStanding(version), event, now, { version, quarantineMs })
  if (event.type === 'reset') return freshStanding(version)

  const { quarantine } = standing
  const isOver = quarantine !== undefined && now >= quarantine.until
  const counted = count(isOver ? freshStanding(version) : sinceNowAtMost(standing, now), event)
  const reason = counted.quarantine ? undefined : reasonToQuarantine(counted, event)
  return reason === undefined ? counted : { ...counted, quarantine: { since: now, until: now + quarantineMs, reason } }
}

function count(standing: Standing, event: StandingEvent): Standing {
  if (event.type !== 'judged') return standing
  switch (event.verdict) {
    case 'harmful':
      return { ...standing, harmful: standing.harmful + 1 }
    case 'no_effect':
      return { ...standing, withoutEffect: standing.withoutEffect + 1 }
    case 'effective':
    case 'palliative':
      return { ...standing, withoutEffect: 0 }
    // A run that failed says nothing about what it would have done.
    case 'failed':
    case 'noop':
    case 'inconclusive':
      return standing
  }
}

function reasonToQuarantine({ harmful, withoutEffect }: Standing, event: StandingEvent): string | undefined {
  if (event.type === 'unfit') return event.reason
  if (event.type === 'reverted' && event.result === 'failed') return 'its change could not be reverted'
  if (harmful >= MOST_HARMFUL) return `found harmful ${harmful} times`
  if (withoutEffect >= MOST_WITHOUT_EFFECT) return `found without effect ${withoutEffect} times in a row`
  return undefined
}

/** A quarantine that began in the future, since the clock went back, must not last longer than it was meant to. */
function sinceNowAtMost(standing: Standing, now: number): Standing {
  const { quarantine } = standing
  if (quarantine === undefined || quarantine.since <= now) return standing
  return { ...standing, quarantine: { ...quarantine, since: now, until: now + quarantine.until - quarantine.since } }
}
