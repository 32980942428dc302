import type { Grammar } from '../../grammar.ts'
import { explain } from '../../indexes/explain.ts'
import { usesIndex } from '../../indexes/plan.ts'
import { readSent } from '../../indexes/sent-statement.ts'
import { StatementRoutes } from '../../replicas/routing/statement-routes.ts'
import type { SlowStatement } from '../../signals/slow-statements.ts'
import type { IndexSession } from './index-session.ts'

type Sent = Pick<SlowStatement, 'text' | 'settings' | 'bindValues'>

/** The values of so many calls are tried, the latest. */
const MOST_VALUE_SETS = 3

/** The share of the kept values for which the planner uses the index; undefined where that cannot be asked. Plans alone: nothing is executed. */
export async function shareOfPlans(
  session: IndexSession,
  statement: Sent,
  grammar: Grammar | undefined,
  name: string,
): Promise<number | undefined> {
  return session
    .inReadOnlyTransaction(async () => {
      const { suspect } = await readSent(session, statement, grammar)
      const sets = statement.bindValues.slice(-MOST_VALUE_SETS)
      if (suspect !== undefined || sets.length === 0) return undefined
      let using = 0
      for (const values of sets) {
        const plan = await explain(session, { text: statement.text, values })
        if (plan !== undefined && usesIndex(plan, each => each === name)) using++
      }
      return using / sets.length
    })
    .catch(() => undefined)
}

/**
 * The pages that the statement reads, over the latest kept values: the statement is executed. Undefined for one that is not known to only read,
 * and for one that does not end within two seconds.
 */
export async function readBuffers(
  session: IndexSession,
  statement: Sent,
  grammar: Grammar | undefined,
): Promise<number | undefined> {
  if (grammar === undefined) return undefined
  return session
    .inReadOnlyTransaction(async () => {
      const { suspect } = await readSent(session, statement, grammar)
      const query = (text: string, values: readonly unknown[]): ReturnType<IndexSession['query']> =>
        session.query(text, values)
      using routes = new StatementRoutes({ grammar, query, report: () => {} })
      if (suspect !== undefined || (await routes.classify(statement.text)) !== 'read') return undefined
      let pages = 0
      for (const values of statement.bindValues.slice(-MOST_VALUE_SETS)) {
        const [row] = await session.query(
          `EXPLAIN (ANALYZE, BUFFERS, TIMING OFF, FORMAT JSON) ${statement.text}`,
          values,
        )
        pages += pagesOf(row?.['QUERY PLAN'])
      }
      return pages
    })
    .catch(() => undefined)
}

function pagesOf(answer: unknown): number {
  const parsed: unknown = typeof answer === 'string' ? JSON.parse(answer) : answer
  const plan = (parsed as [{ Plan?: Readonly<Record<string, unknown>> }] | undefined)?.[0]?.Plan
  return Number(plan?.['Shared Hit Blocks'] ?? 0) + Number(plan?.['Shared Read Blocks'] ?? 0)
}
