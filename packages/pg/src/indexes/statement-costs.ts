import type { Grammar } from '../grammar.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import { explain } from './explain.ts'
import { readSent } from './sent-statement.ts'
import type { Server } from './server.ts'

/**
 * What the plans of a statement cost, one for each set of values that is kept of it; empty where none can be asked for.
 *
 * @param server - in a transaction that cannot write
 */
export async function costsOf(
  server: Server,
  statement: Pick<SlowStatement, 'text' | 'settings' | 'bindValues'>,
  grammar: Grammar | undefined,
): Promise<readonly number[]> {
  const { suspect } = await readSent(server, statement, grammar)
  if (suspect !== undefined) return []
  const costs: number[] = []
  for (const values of statement.bindValues) {
    const plan = await explain(server, { text: statement.text, values })
    costs.push(plan?.['Total Cost'] ?? Infinity)
  }
  return costs
}
