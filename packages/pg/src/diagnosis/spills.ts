import type { Advice } from '@homeostat/optimizer'
import { count, mib } from '../indexes/index-advice.ts'
import type { PlanNode } from '../indexes/plan.ts'
import type { Server } from '../indexes/server.ts'

const MIB = 2 ** 20
/** What a row takes in memory beside its values. Source: `relation_byte_size`, costsize.c, and the entry of a sort. */
const ROW_BYTES = 40
/** More than this for one statement is no advice for a server with many connections. */
const MOST_MEMORY = 256 * MIB

const MEMORY = `SELECT pg_catalog.max(CASE s.name WHEN 'work_mem' THEN s.setting END) AS kb, pg_catalog.max(CASE s.name WHEN 'hash_mem_multiplier' THEN s.setting END) AS factor
  FROM pg_catalog.pg_settings s WHERE s.name IN ('work_mem', 'hash_mem_multiplier')`
const WRITTEN = `SELECT d.temp_files::text AS files, d.temp_bytes::text AS bytes FROM pg_catalog.pg_stat_database d WHERE d.datname = pg_catalog.current_database()`

/** Nodes that hand rows on in order and unchanged. */
const HANDS_ON = new Set(['Gather Merge', 'LockRows', 'Result'])

/** A step of a plan that keeps rows in memory. */
interface Step {
  readonly doing: string
  readonly rows: number
  readonly bytes: number
}

/** Sorts, hashes and groups that do not fit into `work_mem`, as the planner estimates them: the rest goes through temporary files. */
export async function spills(server: Server, plan: PlanNode, summary: string): Promise<readonly Advice[]> {
  const [memory] = await server.query(MEMORY)
  const workBytes = Number(memory?.['kb'] ?? 4_096) * 1024
  const largest = stepsOf(plan, workBytes, Number(memory?.['factor'] ?? 1)).toSorted((a, b) => b.bytes - a.bytes)[0]
  if (largest === undefined) return []
  const [written] = await server.query(WRITTEN)
  const wanted = 2 ** Math.ceil(Math.log2((1.2 * largest.bytes) / MIB))
  const isTooMuch = wanted * MIB > MOST_MEMORY
  return [
    {
      what: isTooMuch
        ? `have ${summary} ${largest.doing} fewer rows at a time`
        : `give ${summary} the memory to ${largest.doing} its rows`,
      why: [
        `the planner expects it to ${largest.doing} ${count(largest.rows)} rows (about ${mib(largest.bytes)}), and work_mem is ${mib(workBytes)}, so that the rest goes through temporary files`,
        `${count(Number(written?.['files']))} such files with ${mib(Number(written?.['bytes']))} were written in this database since its statistics began`,
        'each such step of each connection may take so much: set it for this statement alone',
      ].join('; '),
      ...(!isTooMuch && { statement: `SET LOCAL work_mem = '${wanted}MB'` }),
    },
  ]
}

/** @param isLimited - only the first rows are wanted: a sort then keeps no more than those */
function stepsOf(node: PlanNode, workBytes: number, hashFactor: number, isLimited = false): readonly Step[] {
  const below = node.Plans ?? []
  const own = isLimited && node['Node Type'] === 'Sort' ? undefined : stepOf(node, below[0])
  const limit = own?.doing === 'sort' ? workBytes : workBytes * hashFactor
  const handsOn = node['Node Type'] === 'Limit' || (isLimited && HANDS_ON.has(node['Node Type']))
  return [
    ...(own !== undefined && own.bytes > limit ? [own] : []),
    ...below.flatMap(each => stepsOf(each, workBytes, hashFactor, handsOn)),
  ]
}

function stepOf(node: PlanNode, input: PlanNode | undefined): Step | undefined {
  const step = (doing: string, { 'Plan Rows': rows, 'Plan Width': width = 0 }: PlanNode): Step => ({
    doing,
    rows,
    bytes: rows * (width + ROW_BYTES),
  })
  if (node['Node Type'] === 'Sort') return input && step('sort', input)
  if (node['Node Type'] === 'Hash') return step('hash', node)
  if (node['Node Type'] === 'Aggregate' && node.Strategy === 'Hashed') return step('group', node)
  return undefined
}
