import type { PlannerCosts } from './planner-costs.ts'

/** How a search reads a table through an index, or many searches that follow each other. */
export interface IndexReading {
  readonly tablePages: number
  readonly tableRows: number
  readonly indexPages: number
  /** The rows of the index that one search walks through, and those of the table that it then fetches. */
  readonly walkedRows: number
  readonly fetchedRows: number
  readonly searches: number
  /** The values of lists, each of which one search looks up by itself. */
  readonly lookups: number
  /** Conditions that the index checks, and those that are left for the rows. */
  readonly checked: number
  readonly filters: number
  /** How far the order of the index is that of the table: from -1 to 1. */
  readonly correlation: number
  /** The share of the table's pages that need not be read: the index has all that is wanted, and they have not been written to for some time. */
  readonly spared: number
}

/** From the root of an index to a leaf, in comparisons. */
const PER_LEVEL = 50
const LEVELS = 2

/** Rows of the index and its pages, without the table. Source: btcostestimate and genericcostestimate, selfuncs.c. */
export function searchCost(reading: IndexReading, settings: PlannerCosts): number {
  const { tableRows, indexPages, walkedRows, searches, lookups, checked } = reading
  const rows = wholeRows(walkedRows)
  const pages = Math.max(1, Math.ceil((rows / lookups / Math.max(1, tableRows)) * indexPages))
  const scans = searches * lookups
  const read = scans > 1 ? pagesRead(pages * scans, indexPages, indexPages, settings) / searches : pages
  const descent = Math.ceil(Math.log2(Math.max(2, tableRows))) + LEVELS * PER_LEVEL
  return (
    read * settings.randomPage +
    rows * (settings.perIndexRow + checked * settings.perOperator) +
    lookups * descent * settings.perOperator
  )
}

/** Each row is fetched as the index gives it. Source: cost_index, costsize.c. */
export function orderedCost(reading: IndexReading, settings: PlannerCosts): number {
  const { tablePages, tableRows, indexPages, fetchedRows, searches, filters, correlation, spared } = reading
  const rows = wholeRows(fetchedRows)
  const all = tablePages + indexPages
  const worst = (pagesRead(rows * searches, tablePages, all, settings) / searches) * settings.randomPage
  const inOrder = Math.max(1, Math.ceil((rows / Math.max(1, tableRows)) * tablePages))
  const best =
    searches > 1
      ? (pagesRead(inOrder * searches, tablePages, all, settings) / searches) * settings.randomPage
      : settings.randomPage + (inOrder - 1) * settings.sequentialPage
  const pages = worst + correlation ** 2 * (Math.min(best, worst) - worst)
  return (
    searchCost(reading, settings) + pages * (1 - spared) + rows * (settings.perRow + filters * settings.perOperator)
  )
}

/** The rows of several searches are put in the order of the table first. Source: cost_bitmap_heap_scan, costsize.c. */
export function bitmapCost(readings: readonly IndexReading[], settings: PlannerCosts): number {
  const [{ tablePages, tableRows, searches, checked, filters }] = readings as readonly [IndexReading]
  const rows = Math.min(
    tableRows,
    readings.reduce((sum, each) => sum + wholeRows(each.fetchedRows), 0),
  )
  const found = readings.reduce(
    (sum, each) => sum + searchCost(each, settings) + each.fetchedRows * 0.1 * settings.perOperator,
    0,
  )
  const pages = Math.min(
    tablePages,
    searches > 1
      ? pagesRead(rows * searches, tablePages, tablePages + readings[0]!.indexPages, settings) / searches
      : Math.ceil((2 * tablePages * rows) / (2 * tablePages + rows)),
  )
  const perPage =
    pages < 2
      ? settings.randomPage
      : settings.randomPage - (settings.randomPage - settings.sequentialPage) * Math.sqrt(pages / tablePages)
  return found + pages * perPage + rows * (settings.perRow + (checked + filters) * settings.perOperator)
}

/** Pages of a table that so many fetches read, where some of them are still in memory. Source: index_pages_fetched, costsize.c. */
function pagesRead(fetches: number, pages: number, allPages: number, { cachedPages }: PlannerCosts): number {
  const cached = Math.max(1, (cachedPages * pages) / Math.max(1, allPages))
  if (pages <= cached) return Math.ceil(Math.min(pages, (2 * pages * fetches) / (2 * pages + fetches)))
  const limit = (2 * pages * cached) / (2 * pages - cached)
  if (fetches <= limit) return Math.ceil((2 * pages * fetches) / (2 * pages + fetches))
  return Math.ceil(cached + ((fetches - limit) * (pages - cached)) / pages)
}

/** Source: clamp_row_est, costsize.c. */
function wholeRows(rows: number): number {
  return Math.max(1, Math.round(rows))
}
