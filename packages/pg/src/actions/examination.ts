import type { SlowStatement } from '../signals/slow-statements.ts'
import { readTable } from './catalog.ts'
import type { DedicatedClient } from './dedicated-client.ts'
import { explain } from './explain.ts'
import type { AdviceThresholds, IndexCandidate } from './index-candidate.ts'
import { coveringIndex, indexCandidate } from './index-candidate.ts'
import type { PlanNode } from './plan.ts'
import { filteredScans } from './plan.ts'
import type { WhatIf } from './what-if.ts'
import { whatIf } from './what-if.ts'

/** An index that would help one statement. */
export interface Finding {
  readonly candidate: IndexCandidate
  readonly statement: SlowStatement
  /** Cost of the whole plan as it is. */
  readonly cost: number
  readonly whatIf: WhatIf
}

export interface Examination {
  readonly plan: PlanNode | undefined
  readonly findings: readonly Finding[]
  readonly problems: readonly string[]
}

/** Explains one slow statement and looks for the indexes that its plan lacks. */
export function examine(
  client: DedicatedClient,
  statement: SlowStatement,
  thresholds: AdviceThresholds,
): Promise<Examination> {
  return client.inReadOnlyTransaction(async () => {
    const findings: Finding[] = []
    const problems: string[] = []
    const plan = await explain(client, statement)
    for (const scan of plan === undefined ? [] : filteredScans(plan)) {
      const table = await readTable(client, scan.schema, scan.table)
      const candidate = table && indexCandidate(scan, table, thresholds)
      if (plan === undefined || candidate === undefined || coveringIndex(candidate) !== undefined) continue
      const leftover = coveringIndex(candidate, false)
      if (leftover !== undefined) {
        // A build that failed leaves its index behind, and IF NOT EXISTS would then silently do nothing.
        problems.push(`index ${leftover.name} is invalid, left by a failed build: DROP INDEX CONCURRENTLY it first`)
      }
      const cost = plan['Total Cost']
      const asked = await whatIf(client, statement, candidate, cost)
      if (asked.outcome === 'unused')
        problems.push(`${statement.summary}: the planner would not use an index on ${candidate.table.name}`)
      else findings.push({ candidate, statement, cost, whatIf: asked })
    }
    return { plan, findings, problems }
  })
}
