/** The loaded `pg` is not built as expected: it stays as it is, and is not measured. */
export class UnsupportedDriverError extends Error {
  override readonly name: string = 'UnsupportedDriverError'
  readonly code = 'HOMEOSTAT_PG_UNSUPPORTED_DRIVER'

  constructor(part: string) {
    super(`pg: ${part} is missing, so this version is not measured; use pg 8.0 or later with the JavaScript client`)
  }
}

/** No slow statement could be examined. The message says why, in one line and without statement text or values. */
export class NothingExaminedError extends Error {
  override readonly name: string = 'NothingExaminedError'
  readonly code = 'HOMEOSTAT_PG_NOTHING_EXAMINED'
  /** One line for each thing that stood in the way. */
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(`query.optimize: no slow statement could be examined: ${problems.join('; ')}`)
    this.problems = problems
    // The frames of this process say nothing about a database that is down.
    this.stack = `${this.name}: ${this.message}`
  }
}

/** A table of Homeostat's own is missing and may not be created by the application's user. */
abstract class TableMissingError extends Error {
  /** The SQL that somebody with the privilege has to run once. */
  readonly statement: string

  constructor(table: string, exportName: string, statement: string, options?: ErrorOptions) {
    super(
      `the table ${table} is missing and this user may not create it: run ${exportName} of @homeostat/pg/domain in a migration`,
      options,
    )
    this.statement = statement
  }
}

/** The table of the leases is missing and may not be created by the application's user. */
export class LeaseTableMissingError extends TableMissingError {
  override readonly name: string = 'LeaseTableMissingError'
  readonly code = 'HOMEOSTAT_PG_LEASE_TABLE_MISSING'

  constructor(statement: string, options?: ErrorOptions) {
    super('homeostat_lease', 'LEASE_TABLE', statement, options)
  }
}

/** The table of what outlives the process is missing and may not be created by the application's user. */
export class StateTableMissingError extends TableMissingError {
  override readonly name: string = 'StateTableMissingError'
  readonly code = 'HOMEOSTAT_PG_STATE_TABLE_MISSING'

  constructor(statement: string, options?: ErrorOptions) {
    super('homeostat_state', 'STATE_TABLE', statement, options)
  }
}

/** The table of the indexes of `query.createIndex` is missing and may not be created by the application's user. */
export class IndexTableMissingError extends TableMissingError {
  override readonly name: string = 'IndexTableMissingError'
  readonly code = 'HOMEOSTAT_PG_INDEX_TABLE_MISSING'

  constructor(statement: string, options?: ErrorOptions) {
    super('homeostat_index', 'INDEX_TABLE', statement, options)
  }
}

/** `createReplicaPool()` got something that it cannot route. */
export class UnroutablePoolError extends Error {
  override readonly name: string = 'UnroutablePoolError'
  readonly code = 'HOMEOSTAT_PG_UNROUTABLE_POOL'

  constructor(problem: string) {
    super(`createReplicaPool(): ${problem}`)
  }
}

/** Statements that somebody else has recorded cannot be examined. The message says why, in one line and without the address of the database. */
export class RecordUnreadableError extends Error {
  override readonly name: string = 'RecordUnreadableError'
  readonly code = 'HOMEOSTAT_PG_RECORD_UNREADABLE'
}
