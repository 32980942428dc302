import { median, percentChange, rankSumP, shift } from '@homeostat/optimizer/judge'
import type { OwnJudgement } from '@homeostat/optimizer'
import { Beside, LEAST_BLOCKS, plain } from './beside.ts'
import type { StatementTimes } from './call-times.ts'
import { changesOf, doubtfulStatement, harmedStatement } from './index-harm.ts'
import { isBelowByMoreThanDrift } from './own-drift.ts'

/** The chance at which blocks of time that differ by nothing are called better. */
export const ALPHA = 0.01
/** The smallest gain that an index is kept for, and the one that it takes where no other statement shows what else has changed. */
export const WORTH = 0.2
export const WORTH_ALONE = 0.5

/** What the calls say of an index. */
export interface CallVerdict extends OwnJudgement {
  /** Median milliseconds of a call of the statement that the index is for; not a number without calls. */
  readonly beforeMs: number
  readonly afterMs: number
  /** How much shorter all calls together took with the index. */
  readonly savedMs: number
}

/**
 * Whether the statement that an index is for has become faster, and no other statement of the table slower. Blocks of time before are
 * compared with blocks of time after (Mann and Whitney, 1947), each of them with what the statements that have nothing to do with the table
 * did in the same block, and with how much the statement drifts by itself.
 *
 * @param apart - the time between the phases, in lengths of a phase
 */
export function judgeCalls(statements: readonly StatementTimes[], apart: number): CallVerdict {
  const target = statements.find(({ kind }) => kind === 'target')
  const [beforeMs, afterMs] = [levelOf(target?.before), levelOf(target?.after)]
  const savedMs = Math.max(0, (beforeMs - afterMs) * (target?.calls.after ?? 0) || 0)
  const verdict = (name: OwnJudgement['verdict'], reason: string): CallVerdict => ({
    verdict: name,
    reason,
    beforeMs,
    afterMs,
    savedMs,
  })
  const beside = new Beside(statements.filter(({ kind }) => kind === 'other'))
  const others = changesOf(
    statements.filter(({ kind }) => kind === 'table'),
    { beside, apart, savedMs },
  )
  const harmed = harmedStatement(others)
  if (harmed !== undefined) return verdict('harmful', `${harmed.summary} became slower with it`)
  if (target === undefined) return verdict('inconclusive', 'the statement was not called again')
  const [before, after] = [beside.corrected(target.before, 'before'), beside.corrected(target.after, 'after')]
  if (Math.min(before.length, after.length) < LEAST_BLOCKS)
    return verdict('inconclusive', 'the statement was called too seldom to compare')
  const p = rankSumP(after, before)
  const gain = 1 - Math.exp(median(after) - median(before))
  const plainGain = 1 - afterMs / beforeMs
  const { low, middle, high } = shift(after, before, ALPHA)
  const [change, from, to] = [middle, low, high].map(log => percentChange(Math.expm1(log)))
  const times = `${shown(beforeMs)} -> ${shown(afterMs)} ms a call, ${change} (${from} to ${to} in 98 of 100 cases)`
  if (p > ALPHA) return verdict('no_effect', `${times}: no more than chance (p ${p.toPrecision(2)})`)
  const worth = beside.isKnown ? WORTH : WORTH_ALONE
  if (Math.min(gain, plainGain) < worth)
    return verdict('no_effect', `${times}: less than ${100 * worth} % faster than other statements became meanwhile`)
  // What drifts may be the others as well.
  const isFaster = isBelowByMoreThanDrift(after, before, apart)
  if (!isFaster && !isBelowByMoreThanDrift(plain(target.after), plain(target.before), apart))
    return verdict('no_effect', `${times}: no more than the statement drifts by itself`)
  // It costs what it saves, or may do so: then it is not worth more evidence.
  const doubtful = doubtfulStatement(others)
  if (doubtful !== undefined) return verdict('inconclusive', `${times}, but ${doubtful.summary} may have become slower`)
  const compared = beside.isKnown ? ', compared with other statements of the same time' : ''
  return verdict('effective', `${times}, p ${p.toPrecision(2)}${compared}`)
}

function levelOf(blocks: readonly (readonly number[])[] = []): number {
  return median(blocks.flat())
}

function shown(ms: number): string {
  return ms.toPrecision(3)
}
