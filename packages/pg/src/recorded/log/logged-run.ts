import type { LogEntry } from './log-entry.ts'

/** What a message about a duration says. */
export interface LoggedRun {
  readonly durationMs: number
  readonly text: string
  /** Undefined where the statement has parameters and the log does not give their values. */
  readonly values: readonly (string | null)[] | undefined
}

const DURATION = /^duration: (\d+(?:\.\d+)?) ms(?: {1,2}(statement|execute [^\n]*?): ([^]*))?$/
const PLAN = /^duration: \d+(?:\.\d+)? ms {1,2}plan:/
/** A message of the protocol counts them in two bytes. */
const MOST_PARAMETERS = 65_535
const LIST = /^parameters: ([^]*)$/i
const PARAMETER = /\$(\d+) = (?:'((?:[^']|'')*)'|NULL)(?:, |$)/gy

/** Undefined for a message about something else; a text for one that cannot be used, which says why. */
export function loggedRun({ message, detail }: LogEntry): LoggedRun | 'plan' | 'no statement' | undefined {
  if (PLAN.test(message)) return 'plan'
  const [, ms, , text] = DURATION.exec(message) ?? []
  if (ms === undefined) return undefined
  if (text === undefined) return 'no statement'
  return { durationMs: Number(ms), text, values: valuesOf(detail) ?? (/\$\d/.test(text) ? undefined : []) }
}

/**
 * `parameters: $1 = 'it''s', $2 = NULL`, which begins with a capital letter since Postgres 16. With log_parameter_max_length a longer value is
 * cut off and ends with three points: then none of them counts, as a part of a value finds other rows than the value.
 */
function valuesOf(detail: string): readonly (string | null)[] | undefined {
  const list = LIST.exec(detail)?.[1]
  if (list === undefined) return undefined
  const values: (string | null)[] = []
  for (const [, number, value] of list.matchAll(PARAMETER)) {
    if (Number(number) !== values.length + 1 || values.length === MOST_PARAMETERS || value?.endsWith('...'))
      return undefined
    values.push(value === undefined ? null : value.replaceAll("''", "'"))
  }
  return values.length > 0 ? values : undefined
}
