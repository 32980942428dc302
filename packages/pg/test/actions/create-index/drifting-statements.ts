import { BLOCKS, type StatementTimes } from '../../../src/actions/create-index/call-times.ts'

type Random = () => number

/** By how much a statement becomes slower or faster by itself: a logarithm for each of so many blocks. */
export type Drift = (random: Random, blocks: number) => number[]

/** A number between -1 and 1, mostly around 0. */
const wobble = (random: Random): number => random() + random() - 1

/** Neighbouring blocks have nothing in common. */
export const calm: Drift = (_, blocks) => Array.from({ length: blocks }, () => 0)

/** Each block keeps some of what the one before had; with 1 all of it, and it leads anywhere. */
export const walk =
  (kept: number, step: number): Drift =>
  (random, blocks) => {
    let level = kept < 1 ? (step * wobble(random)) / (1 - kept) / 2 : 0
    return Array.from({ length: blocks }, () => (level = kept * level + step * wobble(random)))
  }

/** The statement waits for something when the measurement begins, and for at most so many blocks: that is when an alert fires. */
export const slowAtFirst =
  (times: number, most: number): Drift =>
  (random, blocks) => {
    const end = 1 + Math.floor(random() * most)
    return walk(0.9, 0.3)(random, blocks).map((level, at) => level + (at < end ? Math.log(times) : 0))
  }

/** A statement whose calls take so long before and after an index, and drift by themselves. */
export interface Drifting {
  readonly kind: StatementTimes['kind']
  readonly before: number
  readonly after: number
  readonly drift: Drift
  /** The blocks of time between the phases. */
  readonly gap?: number
  readonly callsPerBlock?: number
}

/** Five calls a block, unless said otherwise. */
export function drifting(
  random: Random,
  { kind, before, after, drift, gap = 0, callsPerBlock = 5 }: Drifting,
): StatementTimes {
  const levels = drift(random, 2 * BLOCKS + gap)
  const blocks = (ms: number, own: readonly number[]): number[][] =>
    own.map(level => Array.from({ length: callsPerBlock }, () => ms * Math.exp(level + 0.4 * wobble(random))))
  const calls = BLOCKS * callsPerBlock
  return {
    kind,
    summary: `SELECT ${kind}`,
    calls: { before: calls, after: calls },
    before: blocks(before, levels.slice(0, BLOCKS)),
    after: blocks(after, levels.slice(BLOCKS + gap)),
  }
}
