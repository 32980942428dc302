import { timeoutSignal } from '@homeostat/signals'
import type { Origin } from '../../signals/origin.ts'
import { DedicatedClient } from '../dedicated-client.ts'
import { IndexSession, isLockHeld } from './index-session.ts'
import { isLeft, nameOf, sweep } from './leftovers.ts'
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
  const session = await IndexSession.open(origin, ignore, SWEEP_MS, signal)
  if ('refused' in session) return !session.isBusy
  await using used = session
  return (await sweep(used)).failed === 0
}

/**
 * Sweeps a database and looks whether an index of ours is gone.
 *
 * @throws the driver's error when there is no connection, or no longer
 */
export async function isSweptAway(
  origin: Origin,
  ignore: (own: object) => void,
  schema: string,
  name: string,
): Promise<boolean> {
  const session = await IndexSession.open(origin, ignore, SWEEP_MS)
  if ('refused' in session) return false
  await using used = session
  await sweep(used)
  return (await ownIndex(used, schema, name)) === undefined
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
