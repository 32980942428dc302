import { startPostgres, type Postgres, type PostgresOptions } from '@homeostat/services'
import pgDriver from 'pg'
import { bodiesOf, receiptFor } from './advice-of.ts'
import { CASES, TABLES } from './corpus.ts'
import type { SlowCase } from './corpus/slow-case.ts'
import { measureAdvice } from './measure-advice.ts'
import { runInOrder } from './run-in-order.ts'

/** What is advised for a slow statement, and what building it did. */
export interface Answer {
  readonly slow: SlowCase
  readonly advised: readonly string[]
  readonly isFound: boolean
  /** Indexes that were built and do not serve the plan. */
  readonly useless: readonly string[]
  /** How many times faster the statement is with the advised indexes. */
  readonly gain: number | undefined
}

/** A server with the tables of the corpus, and no extension. */
export async function startCorpus(options: PostgresOptions): Promise<{ db: Postgres; pool: pgDriver.Pool }> {
  // VACUUM marks a page as all-visible when the transactions that wrote it are on disk.
  const settings = {
    synchronous_commit: 'on',
    work_mem: '16MB',
    maintenance_work_mem: '256MB',
    shared_buffers: '512MB',
  }
  const db = await startPostgres({ settings, ...options })
  const pool = new pgDriver.Pool({ connectionString: db.url, max: 2 }).on('error', () => {})
  await runInOrder(pool, TABLES)
  return { db, pool }
}

/** Whether a person would have made these indexes. */
export function isFound({ best, maybe = [] }: SlowCase, advised: readonly string[]): boolean {
  const needed = advised.filter(body => !maybe.includes(body))
  return best.length === needed.length && best.every(each => [each].flat().some(body => needed.includes(body)))
}

/** Has each statement examined, builds what is advised and measures it. */
export async function answersOf(pool: pgDriver.Pool): Promise<readonly Answer[]> {
  const answers: Answer[] = []
  for (const slow of CASES) {
    const { advice = [] } = await receiptFor(pool, slow)
    const advised = bodiesOf(advice)
    const measured = advice.length === 0 ? { useless: [], gain: undefined } : await measureAdvice(pool, slow, advice)
    answers.push({ slow, advised, isFound: isFound(slow, advised), ...measured })
  }
  return answers
}

/** Prints what is not as by hand, and the figures of all. */
export function printAnswers(title: string, answers: readonly Answer[]): void {
  for (const { slow, advised } of answers.filter(each => !each.isFound))
    console.log(`${title}, not as by hand: ${slow.name}: ${advised.join('; ') || 'nothing'}`)
  const found = answers.filter(each => each.isFound).length
  const useless = answers.flatMap(each => each.useless).length
  console.log(
    `${title}: ${found} of ${answers.length} as by hand, ${useless} that do not help, median speed-up ${medianGain(answers).toFixed(0)}x`,
  )
}

/** Statements for which nothing is advised do not count. */
export function medianGain(answers: readonly Pick<Answer, 'gain'>[]): number {
  const gains = answers.flatMap(({ gain }) => gain ?? []).toSorted((a, b) => a - b)
  return gains[gains.length >> 1] ?? 1
}
