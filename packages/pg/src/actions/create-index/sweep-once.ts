import { timeoutSignal } from '@homeostat/signals'
import type { Origin } from '../../signals/origin.ts'
import { DedicatedClient } from '../dedicated-client.ts'
import { IndexSession, isLockHeld, type SessionRefusal } from './index-session.ts'
import { exists, isLeft, nameOf, sweep, type DropResult, type Swept } from './leftovers.ts'
import { ownIndex, ownIndexes } from './own-index.ts'

const SWEEP_MS = 60_000
const LOOK_MS = 5_000

/**
 * Drops what others have left in a database. False where something may be left, because somebody acts there now or it cannot be dropped yet.
 *
 * @param signal - ends it at once
 * @throws the driver's error when there is no connection, or no longer
 */
export async function sweepOnce(origin: Origin, ignore: (own: object) => void, signal?: AbortSignal): Promise<boolean> {
  const swept = await sweepAndAsk(origin, ignore, async (_, { failed }) => failed === 0, signal)
  return typeof swept === 'boolean' ? swept : !swept.isBusy
}

/**
 * Sweeps a database and looks what has become of an index of ours; undefined where it is still there.
 *
 * @throws the driver's error when there is no connection, or no longer
 */
export async function sweptAway(
  origin: Origin,
  ignore: (own: object) => void,
  schema: string,
  name: string,
): Promise<DropResult | undefined> {
  const found = await sweepAndAsk(origin, ignore, async session => {
    if ((await ownIndex(session, schema, name)) !== undefined) return undefined
    return (await exists(session, schema, name)) ? 'foreign' : 'dropped'
  })
  return typeof found === 'object' ? undefined : found
}

/** @param ask - is answered under the lock of the sweep */
async function sweepAndAsk<T>(
  origin: Origin,
  ignore: (own: object) => void,
  ask: (session: IndexSession, swept: Swept) => Promise<T>,
  signal?: AbortSignal,
): Promise<T | SessionRefusal> {
  const session = await IndexSession.open(origin, ignore, SWEEP_MS, signal)
  if ('refused' in session) return session
  await using used = session
  return await ask(used, await sweep(used))
}

/**
 * The statements that would drop what is left in a database, for a process that may not act. It reads alone. None while somebody acts there.
 *
 * @throws the driver's error when there is no connection, or no longer
 */
export async function leftoversIn(
  origin: Origin,
  ignore: (own: object) => void,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const client = await DedicatedClient.connect(origin, AbortSignal.any([signal, timeoutSignal(LOOK_MS)]), ignore)
  try {
    return await client.inReadOnlyTransaction(async () => {
      if (await isLockHeld(client)) return []
      const left = (await ownIndexes(client)).filter(isLeft)
      return left.map(({ schema, name }) => `DROP INDEX CONCURRENTLY ${nameOf(schema, name)}`)
    })
  } finally {
    await client.close()
  }
}
