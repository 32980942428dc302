const OPERATION = /^[A-Z]+$/
/** Catalogs and statistics are small, and get no indexes; tools ask for them, ours among them. */
const OF_SERVER = /^"?(?:pg_catalog"?\.|information_schema"?\.|pg_stat)/i

/** Whether a statement names tables, and all of them may be the application's: names of functions and texts do not matter. */
export function namesTable(summary: string): boolean {
  const tables = summary.split(' ').filter(part => !OPERATION.test(part))
  return tables.length > 0 && !tables.some(table => OF_SERVER.test(table))
}
