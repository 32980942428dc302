import type { Knob } from '../../words/knob.ts'
import type { UndoResult } from '../../words/receipt.ts'
import { originOf, type ChangeRecord } from './change-record.ts'
import { RecordRefusedError } from '../errors.ts'
import type { KnobAccess } from '../knob-access.ts'
import type { KnobLease } from '../knob-lease.ts'
import { setVerified } from '../verified-set.ts'

/** Somebody may change the value each time between the look and the set; one who always does is not waited for. */
const MOST_TRIES = 5

/**
 * Reverts what a process that is gone has left, in one go. Somebody else's value stands. The record may have been written by
 * anybody who can write to the file or the server, so its value counts only within the bounds of the knob.
 *
 * @throws RecordRefusedError when it asks for a value out of the knob's bounds; nothing was set
 * @throws what the knob, the journal or the coordinator throws; the record is then still there
 */
export async function restoreRecord(
  record: ChangeRecord,
  { name, bounds, scope }: Pick<Knob, 'name' | 'bounds' | 'scope'>,
  access: KnobAccess,
  lease: KnobLease,
): Promise<UndoResult> {
  if (!(record.was >= bounds.min && record.was <= bounds.max))
    throw new RecordRefusedError(
      name,
      `its value is out of the bounds ${bounds.min} to ${bounds.max}; set ${name} by hand`,
    )
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const current = await access.read()
    const origin = originOf(current, record)
    if (origin === 'theirs') {
      await lease.exclude()
      return { result: 'superseded', detail: `${name} is ${current}, which no process of this service set` }
    }
    if (origin === 'ours') {
      const asked = { knob: name, access, from: current, next: record.was, fleet: lease.fleet }
      const set = await setVerified({ ...asked, isShared: scope === 'shared' })
      if (set.end === 'refused')
        return { result: 'failed', error: `${name} is still ${current} and refuses to be reverted` }
      if (set.end === 'fault') return { result: 'failed', error: set.fault.message }
      if (set.end === 'theirs') continue
    }
    await lease.settle()
    return { result: 'restored' }
  }
  return { result: 'failed', error: `${name} changes again and again while it is being reverted` }
}
