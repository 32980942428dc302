import { readRelation } from './catalog.ts'
import { comparedColumns, sortedColumn } from './filter-columns.ts'
import { filteredScans, type PlanNode } from './plan.ts'
import { keyOfColumn } from './proposals.ts'
import type { Server } from './server.ts'
import { newUse, type Condition, type TableUse } from './table-use.ts'

/**
 * What a plan shows of a statement's uses of tables, where its grammar cannot be read: comparisons of columns in the filters of
 * tables that are read from end to end, and the order above them.
 */
export async function usesOfPlan(plan: PlanNode, server: Server): Promise<readonly TableUse[]> {
  const uses: TableUse[] = []
  for (const scan of filteredScans(plan)) {
    const table = await readRelation(server, scan.schema, scan.table)
    if (table === undefined || 'view' in table) continue
    const use = newUse(table, scan.alias)
    // The plan does not tell which columns are needed.
    use.isWhole = true
    for (const { name, comparison, cast } of comparedColumns(scan.filter, scan.alias)) {
      const column = table.columns.get(name)
      // varchar is compared as text, with the same index; any other cast needs an index on the expression.
      if (
        column === undefined ||
        column.isVirtual ||
        (cast !== undefined && !(cast === 'text' && column.type === 'varchar'))
      )
        continue
      const items = longestList(scan.filter)
      const condition: Condition = { comparison, key: keyOfColumn(column), items, isJoin: false, isFixed: false }
      use.conditions.push(condition)
    }
    const sorted =
      scan.sortKey === undefined ? undefined : table.columns.get(sortedColumn(scan.sortKey, scan.alias) ?? '')
    if (sorted) {
      // The first key alone: an index on it still gives the first rows soonest.
      use.sort.push({ key: keyOfColumn(sorted), isDescending: false, isUnusual: false })
      use.isLimited = true
    }
    uses.push(use)
  }
  return uses
}

/** The values of the longest list in a filter. */
function longestList(filter: string): number {
  const lists = [...filter.matchAll(/= ANY \('\{([^}]*)\}'/g)]
  return Math.max(1, ...lists.map(([, items = '']) => items.split(',').length))
}
