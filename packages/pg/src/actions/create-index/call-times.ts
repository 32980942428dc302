import { databaseOf } from '../../signals/origin.ts'
import type { ObservedCall } from '../../signals/call-listeners.ts'
import { ownString } from '../../signals/kept-values.ts'
import { OWN_STATEMENT } from '../../signals/own-statement.ts'
import { summarize } from '../../signals/query-summary.ts'
import { RetainedTexts, type TextMemo } from '../../signals/retained-texts.ts'
import type { SlowStatement } from '../../signals/slow-statements.ts'
import { fingerprint } from '../../signals/statement-fingerprint.ts'
import { digestOf } from './own-index.ts'

/** Into so many blocks of time each phase is divided: what was slow for a moment is slow in one block. */
export const BLOCKS = 12
/** Calls of a statement that are kept per block, the first. */
const MOST_PER_BLOCK = 64
/** Statements that have nothing to do with the table show what else has changed, and some of them suffice. */
const MOST_OTHERS = 200
/** Any statement of the table may be the one that an index harms; nobody writes so many. */
const MOST_OF_TABLE = 1000
const MOST_TEXTS = 1000
const MOST_TEXT_LENGTH = 16_384
/** Reading a text takes microseconds; one with values in it is another text each time. */
const READ_PER_SECOND = 200

export type Phase = 'before' | 'after'

/** The milliseconds of calls, by block of time. */
export type Blocks = readonly (readonly number[])[]

interface Timespan {
  readonly from: number
  readonly lengthMs: number
}

/** The calls of one statement in both phases. */
export interface StatementTimes extends Readonly<Record<Phase, Blocks>> {
  /** `target` for the one that the index is for, `table` for another one of its table. */
  readonly kind: 'target' | 'table' | 'other'
  readonly summary: string
  /** All calls of each phase, more than are kept. */
  readonly calls: Readonly<Record<Phase, number>>
}

interface Kept {
  readonly kind: StatementTimes['kind']
  readonly summary: string
  readonly calls: Record<Phase, number>
  readonly before: number[][]
  readonly after: number[][]
}

/**
 * The times of all statements of a database while one of its indexes is tried. Texts stay in memory until it is disposed of, within the bytes
 * that the process may retain; one that is forgotten is read again.
 */
export class CallTimes implements Disposable {
  readonly #statement: Pick<SlowStatement, 'fingerprint' | 'origin' | 'settings'>
  readonly #names: ReadonlySet<string>
  readonly #byText: TextMemo<Kept | 'too many'>
  /** By a digest of each normalized text, which may be long. */
  readonly #byFingerprint = new Map<string, Kept>()
  readonly #counts = { target: 0, table: 0, other: 0 }
  readonly #phases: Partial<Record<Phase, Timespan>> = {}
  #phase: Phase | undefined
  #second = -1
  #readThisSecond = 0

  /**
   * @param names - those of the table and of the views that read it, without their schemas
   * @param texts - counts what is kept of texts
   */
  constructor(
    statement: Pick<SlowStatement, 'fingerprint' | 'origin' | 'settings'>,
    names: ReadonlySet<string>,
    texts: RetainedTexts = new RetainedTexts(),
  ) {
    this.#statement = statement
    this.#names = names
    this.#byText = texts.memo(MOST_TEXTS)
  }

  /** All that were called. */
  get statements(): readonly StatementTimes[] {
    return [...this.#byFingerprint.values()]
  }

  /** The time between the phases, in lengths of a phase. */
  get apart(): number {
    const { before, after } = this.#phases
    if (before === undefined || after === undefined) return 0
    return Math.max(0, (2 * (after.from - before.from - before.lengthMs)) / (before.lengthMs + after.lengthMs))
  }

  /** From now on, calls count for a phase. @param now - in milliseconds of any clock, the same for all calls */
  begin(name: Phase, lengthMs: number, now: number): void {
    this.#phase = name
    this.#phases[name] = { from: now, lengthMs }
  }

  /** Calls do not count until the next phase begins. */
  pause(): void {
    this.#phase = undefined
  }

  note(call: ObservedCall, now: number): void {
    const phase = this.#phase
    if (phase === undefined || !this.#isOfDatabase(call)) return
    const kept = this.#keptOf(call, now)
    if (kept === undefined) return
    kept.calls[phase]++
    const { from, lengthMs } = this.#phases[phase]!
    const block = Math.floor(((now - from) / lengthMs) * BLOCKS)
    const calls = kept[phase][Math.min(block, BLOCKS - 1)]
    if (calls !== undefined && calls.length < MOST_PER_BLOCK) calls.push(call.durationMs)
  }

  [Symbol.dispose](): void {
    this.#byText[Symbol.dispose]()
  }

  #isOfDatabase({ origin, text }: ObservedCall): boolean {
    const { origin: own } = this.#statement
    return (
      (origin === own || databaseOf(origin) === databaseOf(own)) &&
      text.length <= MOST_TEXT_LENGTH &&
      !text.startsWith(OWN_STATEMENT)
    )
  }

  #keptOf({ text, searchPath = '' }: ObservedCall, now: number): Kept | undefined {
    const key = `${searchPath} ${text}`
    const known = this.#byText.get(key)
    if (known !== undefined) return known === 'too many' ? undefined : known
    const second = Math.floor(now / 1000)
    if (second !== this.#second) this.#readThisSecond = 0
    this.#second = second
    if (++this.#readThisSecond > READ_PER_SECOND) return undefined
    const normalized = fingerprint(text)
    const id = digestOf(`${searchPath} ${normalized}`)
    const kept = this.#byFingerprint.get(id) ?? this.#newKept(text, normalized, searchPath)
    if (kept !== undefined) this.#byFingerprint.set(id, kept)
    this.#byText.add(key, kept ?? 'too many')
    return kept
  }

  /** Undefined where there are enough of its kind. */
  #newKept(text: string, normalized: string, searchPath: string): Kept | undefined {
    const { fingerprint: wanted, settings } = this.#statement
    const summary = ownString(summarize(text))
    const isTarget = normalized === wanted && searchPath === (settings['search_path'] ?? '')
    const kind = isTarget ? 'target' : namesIn(summary).some(name => this.#names.has(name)) ? 'table' : 'other'
    if (this.#counts[kind] >= (kind === 'other' ? MOST_OTHERS : MOST_OF_TABLE)) return undefined
    this.#counts[kind]++
    const blocks = (): number[][] => Array.from({ length: BLOCKS }, () => [])
    return { kind, summary, calls: { before: 0, after: 0 }, before: blocks(), after: blocks() }
  }
}

/** The last parts of the names in a summary. */
function namesIn(summary: string): readonly string[] {
  return summary
    .split(' ')
    .map(name => name.split('.').at(-1)!)
    .map(name => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name.toLowerCase()))
}
