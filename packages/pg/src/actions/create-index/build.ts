import { sleep } from '@homeostat/signals'
import { bodyOf, type IndexDefinition } from '../../indexes/index-definition.ts'
import type { Server } from '../../indexes/server.ts'
import { causeOf } from '../problem.ts'
import { sizeObstacle } from './build-space.ts'
import { INDEX_CURES } from './index-cures.ts'
import type { DedicatedClient } from '../dedicated-client.ts'
import type { CreateIndexSettings } from './create-index-options.ts'
import type { IndexSession } from './index-session.ts'
import { replicaObstacle } from './obstacles.ts'

const LOOK_MS = 500
const SPARE_MS = 10_000
const UNDER_WAY = Symbol('under way')
/** duplicate_table */
const TAKEN = '42P07'
/** How a build ended that made no valid index. */
export interface FailedBuild {
  readonly problem: string
  /** The name was somebody else's already: there is nothing of ours. */
  readonly isTaken: boolean
  /** It would be too large again. */
  readonly isTooLarge: boolean
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
  const { schema } = definition.table
  let tooLarge: string | undefined
  const look = async (server: Server): Promise<string | undefined> =>
    (tooLarge = await sizeObstacle(server, schema, name, watch.settings))
  const failed = await changeWatched(session, statement, watch, look)
  // It may have been built between two looks.
  if (failed === undefined && (await look(session)) === undefined) return undefined
  return {
    problem:
      failed === undefined
        ? `the index was dropped again: ${tooLarge}`
        : `the build was given up: ${failed.reason} (${failed.code})`,
    isTaken: failed?.code === TAKEN,
    isTooLarge: tooLarge !== undefined,
  }
}

/** Why a change ended early. */
export interface FailedChange {
  readonly reason: string
  readonly code: string
}

/**
 * Runs a statement that takes long, and cancels it when the loop wants that, when it burdens a replica or takes too long.
 *
 * @param obstacle - what else speaks against it
 */
export async function changeWatched(
  session: IndexSession,
  statement: string,
  watch: BuildWatch,
  obstacle: (server: Server) => Promise<string | undefined> = async () => undefined,
): Promise<FailedChange | undefined> {
  const startedAt = performance.now()
  let why: string | undefined
  // Should nobody be able to cancel it, the server does.
  const changing = session.change(statement, watch.settings.maxBuildMs + SPARE_MS).then(
    () => undefined,
    (error: unknown): FailedChange => {
      const { code, cure } = causeOf(error, INDEX_CURES)
      return { reason: why ?? cure ?? 'it failed', code }
    },
  )
  const look = async (): Promise<typeof UNDER_WAY> => {
    // Aborted, it is over at once; and so that a cancelled one has some time to end.
    await sleep(LOOK_MS, { signal: watch.signal }).catch(() => sleep(LOOK_MS / 10))
    return UNDER_WAY
  }
  for (;;) {
    const ended = await Promise.race([changing, look()])
    if (ended !== UNDER_WAY) return ended
    why ??= await reasonToCancel(performance.now() - startedAt, watch, obstacle)
    if (why !== undefined) await cancel(session, watch)
  }
}

async function reasonToCancel(
  elapsedMs: number,
  { signal, settings, aside }: BuildWatch,
  obstacle: (server: Server) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (signal.aborted) return 'the loop has ended it'
  if (elapsedMs > settings.maxBuildMs) return `it took longer than ${settings.maxBuildMs} ms`
  // Who cannot look now looks again soon.
  return aside(async client => (await replicaObstacle(client, settings)) ?? obstacle(client)).catch(() => undefined)
}

/** Cancels what the session does. Asked again until that has ended: it may be between two of its transactions. */
function cancel({ processId }: IndexSession, { aside }: BuildWatch): Promise<unknown> {
  const text = 'SELECT pg_catalog.pg_cancel_backend($1::int)::text'
  return aside(client => client.query(text, [processId])).catch(() => sleep(LOOK_MS))
}
