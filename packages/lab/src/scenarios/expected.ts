/** The kinds of events that a scenario can expect, each with its fields; a text alone stands for the first field. */
export const EVENT_FIELDS = {
  firing: ['alert'],
  decisions: ['action', 'alert', 'arm'],
  refusals: ['reason', 'action', 'alert'],
  withheld: ['action', 'alert'],
  verdicts: ['verdict', 'action', 'alert'],
  reverts: ['action', 'alert', 'result', 'because'],
  breaches: ['action', 'arm'],
  quarantined: ['action', 'alert'],
} as const

/** The kinds of events that a scenario can expect. */
export type EventKind = keyof typeof EVENT_FIELDS

export const EVENT_KINDS = Object.keys(EVENT_FIELDS) as readonly EventKind[]

/** Something that happened in a scenario, with the tick that reported it. */
export interface ScenarioEvent {
  readonly kind: EventKind
  readonly atMs: number
  readonly fields: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** One line, for people. */
  readonly detail: string
}

/** Events that have these fields and labels, and how many there should be. */
export interface EventPattern {
  readonly fields: Readonly<Record<string, string>>
  readonly labels: Readonly<Record<string, string>>
  /** @default 1 */
  readonly atLeast: number
  /** @default no limit */
  readonly atMost: number
}

/** Events that should have happened at a time (in its tick) or by it. */
export interface Expected {
  readonly when: 'at' | 'by'
  readonly ms: number
  /** Events before it do not count. Only of `by`. */
  readonly fromMs: number
  /** Absent kinds are not examined; of a kind without patterns there should be none. */
  readonly events: Partial<Readonly<Record<EventKind, readonly EventPattern[]>>>
}
