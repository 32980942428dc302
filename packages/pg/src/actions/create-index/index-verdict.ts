import { rankSumP } from '@homeostat/optimizer/judge'
import type { OwnJudgement } from '@homeostat/optimizer'
import type { Blocks, StatementTimes } from './call-times.ts'

/** The chance at which blocks of time that differ by nothing are called better. */
const ALPHA = 0.01
/** The smallest gain that an index is kept for, and the one that it takes where no other statement shows what else has changed. */
const WORTH = 0.2
const WORTH_ALONE = 0.5
/** A larger deterioration of another statement of the table, relative and in milliseconds, speaks against the index. */
const HARM = 0.1
const HARM_MS = 0.2
/** A deterioration that may be chance counts where it takes more than this share of what the index saves. */
const DOUBTFUL = 0.2
const MOST_PRICE = 0.1
const LEAST_MS = 0.001
/** With fewer blocks on either side no difference could be significant: of two times five, the chance is 1 in 252. */
const LEAST_BLOCKS = 5
/** So many other statements' calls show what else has changed. */
const LEAST_OTHERS = 3

/** What the calls say of an index. */
export interface CallVerdict extends OwnJudgement {
  /** Median milliseconds of a call of the statement that the index is for; not a number without calls. */
  readonly beforeMs: number
  readonly afterMs: number
  /** What all calls with the index took less together. */
  readonly savedMs: number
}

/**
 * Whether the statement that an index is for has become faster, and no other statement of the table slower. Blocks of time before are
 * compared with blocks of time after (Mann and Whitney, 1947), each of them with what the statements that have nothing to do with the table
 * did in the same block: load, hour and neighbours meet all of them alike.
 */
export function judgeCalls(statements: readonly StatementTimes[]): CallVerdict {
  const target = statements.find(({ kind }) => kind === 'target')
  const [beforeMs, afterMs] = [median(target?.before.flat() ?? []), median(target?.after.flat() ?? [])]
  const savedMs = (beforeMs - afterMs) * (target?.after.flat().length ?? 0)
  const verdict = (name: OwnJudgement['verdict'], reason: string): CallVerdict => ({
    verdict: name,
    reason,
    beforeMs,
    afterMs,
    savedMs,
  })
  const beside = new Beside(statements.filter(({ kind }) => kind === 'other'))
  const changes = statements.filter(each => each.kind === 'table').map(each => changeOf(each, beside))
  const worse = changes.find(({ p }) => p <= ALPHA)
  if (worse !== undefined) return verdict('harmful', `${worse.summary} became slower with it`)
  if (target === undefined) return verdict('inconclusive', 'the statement was not called again')
  const [before, after] = [beside.corrected(target.before, 'before'), beside.corrected(target.after, 'after')]
  if (Math.min(before.length, after.length) < LEAST_BLOCKS)
    return verdict('inconclusive', 'the statement was called too seldom to compare')
  const p = rankSumP(after, before)
  const gain = 1 - Math.exp(median(after) - median(before))
  const plainGain = 1 - afterMs / beforeMs
  const times = `${shown(beforeMs)} -> ${shown(afterMs)} ms`
  if (p > ALPHA) return verdict('no_effect', `${times}: no more than chance (p ${p.toPrecision(2)})`)
  const worth = beside.isKnown ? WORTH : WORTH_ALONE
  if (Math.min(gain, plainGain) < worth)
    return verdict('no_effect', `${times}: less than ${100 * worth} % faster than other statements became meanwhile`)
  // It costs what it saves, or may do so: then it is not worth more evidence.
  const doubtful = changes.find(({ p, moreMs }) => p <= DOUBTFUL && moreMs > MOST_PRICE * savedMs)
  if (doubtful !== undefined) return verdict('inconclusive', `${times}, but ${doubtful.summary} may have become slower`)
  const others = beside.isKnown ? ', compared with other statements of the same time' : ''
  return verdict('effective', `${times} (p ${p.toPrecision(2)})${others}`)
}

/** How other statements differ from what is usual for them, by block of time. */
class Beside {
  readonly #shifts: Readonly<Record<'before' | 'after', readonly number[]>>
  /** Whether there are enough of them. */
  readonly isKnown: boolean

  constructor(statements: readonly StatementTimes[]) {
    const usual = statements.map(({ before, after }) => ({ before, after, level: logOf(median(before.flat())) }))
    const shiftsOf = (phase: 'before' | 'after'): number[][] => {
      const length = Math.max(0, ...usual.map(each => each[phase].length))
      return Array.from({ length }, (_, at) =>
        usual.flatMap(each =>
          Number.isFinite(each.level) ? (each[phase][at] ?? []).map(ms => logOf(ms) - each.level) : [],
        ),
      )
    }
    const [before, after] = [shiftsOf('before'), shiftsOf('after')]
    const isEnough = (blocks: readonly (readonly number[])[]): boolean =>
      blocks.filter(calls => calls.length >= LEAST_OTHERS).length >= LEAST_BLOCKS
    this.isKnown = isEnough(before) && isEnough(after)
    const medians = (blocks: number[][]): number[] =>
      blocks.map(calls => (this.isKnown && calls.length >= LEAST_OTHERS ? median(calls) : 0))
    this.#shifts = { before: medians(before), after: medians(after) }
  }

  /** The logarithm of the median of each block with calls, without what met the others in that block as well. */
  corrected(blocks: Blocks, phase: 'before' | 'after'): number[] {
    return blocks.flatMap((calls, at) =>
      calls.length === 0 ? [] : [logOf(median(calls)) - (this.#shifts[phase][at] ?? 0)],
    )
  }
}

/** How much slower a statement became. */
interface Change {
  readonly summary: string
  /** The chance that it is one; 1 where it became no slower, and that of a doubt where it was called too seldom to know. */
  readonly p: number
  /** How much longer all calls together took. */
  readonly moreMs: number
}

function changeOf({ summary, before, after }: StatementTimes, beside: Beside): Change {
  const [was, is] = [beside.corrected(before, 'before'), beside.corrected(after, 'after')]
  const more = Math.exp(median(is) - median(was)) - 1
  const moreMs = median(after.flat()) - median(before.flat())
  const isSlower = more > HARM && moreMs > HARM_MS
  const p = Math.min(was.length, is.length) < LEAST_BLOCKS ? DOUBTFUL : rankSumP(was, is)
  return { summary, p: isSlower ? p : 1, moreMs: moreMs * after.flat().length }
}

/** A call that took no time that the clock can see took some. */
function logOf(ms: number): number {
  return Math.log(Math.max(ms, LEAST_MS))
}

function shown(ms: number): string {
  return ms.toPrecision(3)
}

function median(values: readonly number[]): number {
  const ascending = values.toSorted((a, b) => a - b)
  const middle = ascending.length / 2
  return Number.isInteger(middle) ? (ascending[middle - 1]! + ascending[middle]!) / 2 : ascending[Math.floor(middle)]!
}
