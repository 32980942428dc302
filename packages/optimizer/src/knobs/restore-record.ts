import type { UndoResult } from '../receipt.ts'
import { originOf, type ChangeRecord } from './change-record.ts'
import type { KnobAccess } from './knob-access.ts'
import type { KnobLease } from './knob-lease.ts'

/**
 * Takes back what a process that is gone has left, in one go. Somebody else's value stands.
 *
 * @throws what the knob, the journal or the coordinator throws; the record is then still there
 */
export async function restoreRecord(record: ChangeRecord, access: KnobAccess, lease: KnobLease): Promise<UndoResult> {
  for (;;) {
    const current = await access.read()
    const origin = originOf(current, record)
    if (origin === 'theirs') {
      await lease.exclude()
      const expected = record.set.join(' or ')
      return { result: 'superseded', detail: `${record.knob} is ${current} and not ${expected}: somebody set it` }
    }
    if (origin === 'back' || (await access.compareAndSet(current, record.was, lease.fleet))) {
      await lease.settle()
      return { result: 'restored' }
    }
    if ((await access.read()) === current) {
      return { result: 'failed', error: `${record.knob} is still ${current} and refuses to be set to ${record.was}` }
    }
  }
}
