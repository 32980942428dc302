import type pgDriver from 'pg'
import type { SlowCase } from '../corpus/slow-case.ts'

/** Something that answers to a slow statement with indexes. */
export interface Adviser {
  readonly name: string
  /** Whether the server has hypopg while it is asked. */
  readonly usesHypopg: boolean
  advise(pool: pgDriver.Pool, slow: SlowCase): Promise<readonly Answered[]>
}

/** An index, as SQL. */
export interface Answered {
  /** `table (keys)`, as in the corpus. */
  readonly body: string
  readonly create: string
  readonly undo: string
  readonly isReference?: boolean
}
