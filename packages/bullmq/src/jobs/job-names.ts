import { BoundedMap } from '@homeostat/signals'

/** The most names of jobs that the telemetry of a queue distinguishes. */
const MOST_NAMES = 50
/** The most queues whose names of jobs are distinguished; an application may make a queue per customer. */
const MOST_QUEUES = 200
const LONGEST_NAME = 100
/** Stands for the rest, as `error.type` has it in the semantic conventions. */
export const OTHER = '_OTHER'

/**
 * The values within a name: a text in quotes or after `=`, an email address, a URL, a path of a file, a UUID, a key or token (16
 * letters and digits or more), a number or date that stands alone, four digits in a row anywhere. `sha256` and `v2` stay as they are.
 */
const VALUES = new RegExp(
  [
    `"[^"]*"|'[^']*'`,
    '(?<==\\s*)[^\\s,;&]+',
    '[^\\s@]+@[^\\s@]+',
    '[a-z][a-z+.-]*://\\S+|(?<!\\S)(?:[~.]{0,2}/|[a-z]:\\\\)\\S+',
    '[\\da-f]{8}(?:-[\\da-f]{4}){3}-[\\da-f]{12}',
    '(?<![\\da-z])(?=[a-z]*\\d)[\\da-z]{16,}(?![\\da-z])',
    '(?<![\\da-z])\\d+(?:[-.:/]\\d+)*(?![\\da-z])',
    '\\d{4,}',
  ].join('|'),
  'giu',
)

/**
 * The name of a job without the values in it: `report for bob@example.com` is `report for ?`. So the jobs of all customers count as
 * one name. A word is not recognized as a value. `_OTHER` for a name that is too long, has control characters, or is not a
 * string.
 */
export function withoutValues(name: unknown): string {
  if (typeof name !== 'string' || name.length > LONGEST_NAME || /\p{Cc}/u.test(name)) return OTHER
  return name.replaceAll(VALUES, '?')
}

/** The names that a queue has shown, and what telemetry calls them. */
interface NamesOfQueue {
  readonly shown: Set<string>
  readonly byName: BoundedMap<unknown, string>
}

/**
 * The names of jobs as telemetry has them: without values, and the first 50 of a queue. An application that puts ids into the names
 * of jobs must not make a series of each.
 */
export class JobNames {
  readonly #queues = new BoundedMap<string, NamesOfQueue>(MOST_QUEUES)

  /** The name of a job of a queue, without values; `_OTHER` for the 51st name, and for what is not a name. */
  of(queue: string, name: unknown): string {
    let names = this.#queues.get(queue)
    if (names === undefined) this.#queues.set(queue, (names = { shown: new Set(), byName: new BoundedMap(MOST_NAMES) }))
    const known = names.byName.get(name)
    if (known !== undefined) return known
    const shown = withoutValues(name)
    if (shown === OTHER) return OTHER
    if (!names.shown.has(shown)) {
      if (names.shown.size >= MOST_NAMES) return OTHER
      names.shown.add(shown)
    }
    names.byName.set(name, shown)
    return shown
  }
}
