import { sleep } from '@homeostat/signals'
import { bodyOf, type IndexDefinition } from '../../indexes/index-definition.ts'
import { causeOf } from '../problem.ts'
import type { DedicatedClient } from '../dedicated-client.ts'
import type { CreateIndexSettings } from './create-index-options.ts'
import type { IndexSession } from './index-session.ts'
import { replicaObstacle } from './obstacles.ts'

const LOOK_MS = 500
const UNDER_WAY = Symbol('under way')
/** duplicate_table */
const TAKEN = '42P07'
const CURES: Readonly<Record<string, string>> = {
  '55P03': 'a transaction kept it waiting for more than 2 s',
  '57014': 'it was cancelled',
  '54000': 'a value is longer than an index takes',
  '53100': 'the disk is full',
}

/** How a build ended that made no valid index. */
export interface FailedBuild {
  readonly problem: string
  /** The name was somebody else's already: there is nothing of ours. */
  readonly isTaken: boolean
}

/** What a build is watched with, from another connection. */
export interface BuildWatch {
  /** Aborted when the loop wants it to end: by a guard, the kill switch or the end of the process. */
  readonly signal: AbortSignal
  readonly settings: CreateIndexSettings
  /** Runs one short piece of work on a connection of its own. */
  readonly aside: <T>(work: (client: DedicatedClient) => Promise<T>) => Promise<T>
}

/** Builds the index and cancels the build when it burdens others. Undefined when it is there and valid. */
export async function buildIndex(
  session: IndexSession,
  definition: IndexDefinition,
  name: string,
  watch: BuildWatch,
): Promise<FailedBuild | undefined> {
  const statement = `CREATE INDEX CONCURRENTLY "${name}" ON ${definition.table.name} ${bodyOf(definition)}`
  let why: string | undefined
  const building = session.change(statement).then(
    () => undefined,
    (error: unknown) => failureOf(error, why),
  )
  const startedAt = performance.now()
  const look = async (): Promise<typeof UNDER_WAY> => {
    // Aborted, it is over at once; and so that a cancelled build has some time to end.
    await sleep(LOOK_MS, { signal: watch.signal }).catch(() => sleep(LOOK_MS / 10))
    return UNDER_WAY
  }
  for (;;) {
    const ended = await Promise.race([building, look()])
    if (ended !== UNDER_WAY) return ended
    why ??= await reasonToCancel(performance.now() - startedAt, watch)
    if (why !== undefined) await cancel(session, watch)
  }
}

async function reasonToCancel(elapsedMs: number, { signal, settings, aside }: BuildWatch): Promise<string | undefined> {
  if (signal.aborted) return 'the loop has ended it'
  if (elapsedMs > settings.maxBuildMs) return `it took longer than ${settings.maxBuildMs} ms`
  // Who cannot look now looks again soon.
  return aside(client => replicaObstacle(client, settings)).catch(() => undefined)
}

/** Cancels what the session does. Asked again until the build has ended: it may be between two of its transactions. */
function cancel({ processId }: IndexSession, { aside }: BuildWatch): Promise<unknown> {
  const text = 'SELECT pg_catalog.pg_cancel_backend($1::int)::text'
  return aside(client => client.query(text, [processId])).catch(() => sleep(LOOK_MS))
}

function failureOf(error: unknown, why: string | undefined): FailedBuild {
  const { code, cure } = causeOf(error)
  const reason = why ?? CURES[code] ?? cure ?? 'it failed'
  return { problem: `the build was given up: ${reason} (${code})`, isTaken: code === TAKEN }
}
