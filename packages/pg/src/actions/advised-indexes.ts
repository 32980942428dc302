import type { Advice } from '@homeostat/optimizer'
import { BoundedMap } from '@homeostat/signals'
import { readRelation } from '../indexes/catalog.ts'
import type { Grammar } from '../grammar.ts'
import type { Finding } from '../indexes/finding.ts'
import { hidingName } from '../indexes/hidden-names.ts'
import { statementOf } from '../indexes/index-advice.ts'
import { isServedBy, wantedKeys, type WantedKeys } from '../indexes/index-definition.ts'
import { costsOf } from '../indexes/statement-costs.ts'
import type { Origin } from '../signals/origin.ts'
import type { Settings } from '../signals/session-settings.ts'
import type { SlowStatement } from '../signals/slow-statements.ts'
import type { DedicatedClient } from './dedicated-client.ts'

/** As many as are followed up; the oldest are forgotten. */
const MOST_REMEMBERED = 100

/** An index that was advised, without the values of the statements that lack it. */
export interface AdvisedIndex {
  readonly origin: Origin
  readonly schema: string
  readonly relation: string
  readonly keys: WantedKeys
  /** The fingerprint of the statement that lacks it. */
  readonly fingerprint: string
  /** Those of its session when its plan was made. */
  readonly settings: Settings
  /** The planner's cost of its plan without the index; undefined where the index serves a check that its plan does not show. */
  readonly cost: number | undefined
}

/** The indexes that were advised in this process, by their statements. */
export class AdvisedIndexes {
  readonly #byStatement = new BoundedMap<string, AdvisedIndex>(MOST_REMEMBERED)

  /** @param namesDatabases - as the advice does */
  remember(findings: readonly Finding[], namesDatabases: boolean): void {
    for (const finding of findings) {
      const { definition, statement, planCost, isReference } = finding
      this.#byStatement.set(statementOf(finding, namesDatabases), {
        origin: statement.origin,
        schema: definition.table.schema,
        relation: definition.table.relation,
        keys: wantedKeys(definition),
        fingerprint: statement.fingerprint,
        settings: statement.settings,
        cost: isReference ? undefined : planCost,
      })
    }
  }

  /** Undefined for advice of an earlier process. */
  of({ statement }: Advice): AdvisedIndex | undefined {
    return statement === undefined ? undefined : this.#byStatement.get(statement)
  }
}

/** The statement that lacks an index, while it is still among the slow ones. The same text in another database or schema is another one. */
export function statementFor(
  { origin, fingerprint, settings }: AdvisedIndex,
  slow: readonly SlowStatement[],
): SlowStatement | undefined {
  return slow.find(
    each =>
      each.fingerprint === fingerprint &&
      (each.origin.key ?? each.origin.address) === (origin.key ?? origin.address) &&
      each.settings['search_path'] === settings['search_path'],
  )
}

/**
 * Whether somebody has followed the advice: a valid index of any name serves the keys, or the plans of the statement for all values that
 * are kept cost half of what one did at most, because of another index or of statistics for example.
 *
 * @param statement - while it is still among the slow ones
 */
export function isFollowed(
  client: DedicatedClient,
  { schema, relation, keys, settings, cost }: AdvisedIndex,
  statement: SlowStatement | undefined,
  grammar: Grammar | undefined,
): Promise<boolean> {
  return client.inReadOnlyTransaction(async () => {
    if ((await hidingName(client)) !== undefined) return false
    const table = await readRelation(client, schema, relation)
    if (table === undefined || 'view' in table) return false
    if (table.indexes.some(index => index.isValid && isServedBy(keys, index))) return true
    if (statement === undefined || cost === undefined) return false
    const costs = await costsOf(client, { ...statement, settings }, grammar)
    return costs.length > 0 && costs.every(each => each <= cost / 2)
  })
}
