import { LeaseLostError } from '../fleet/errors.ts'
import { KnobAnswerError } from './errors.ts'
import { typeName, type KnobAccess } from './knob-access.ts'
import type { KnobLease } from './knob-lease.ts'
import { setVerified, type VerifiedSet } from './verified-set.ts'

export interface LeasedSetOptions {
  readonly knob: string
  readonly access: KnobAccess
  readonly lease: KnobLease
  /** The present value, in the unit of the knob. */
  readonly from: number
  /** The value to set, in the unit of the knob. */
  readonly next: number
  /** Both as in `VerifiedSetOptions`. */
  readonly isShared: boolean
  readonly mayAskAgain: (value: number) => Promise<boolean>
  readonly onFault: (error: unknown) => void
}

/**
 * Sets a knob while its lease is held.
 *
 * @throws LeaseLostError when the set came after the end of the lease; it is reverted then
 * @throws what the knob throws
 */
export async function setUnderLease(options: LeasedSetOptions): Promise<VerifiedSet> {
  const { knob, lease, onFault } = options
  const onSet = (): Promise<void> => checkInTime(options)
  const set = await setVerified({ ...options, fleet: lease.fleet, onSet })
  if (set.end === 'theirs' && set.doubt) onFault(set.doubt)
  if (set.end === 'set' && set.answer !== true) {
    const fault = `compareAndSet set the value and returned ${typeName(set.answer)}; it has to return true then`
    onFault(new KnobAnswerError(knob, fault))
    await checkInTime(options)
  }
  if (set.end === 'refused' && lease.fleet) throw new LeaseLostError(knob)
  return set
}

/** A process that was stopped between its last look and its set may come too late; then it reverts the set at once. */
async function checkInTime({ knob, access, lease, from, next }: LeasedSetOptions): Promise<void> {
  if (!lease.fleet || performance.now() < lease.fleet.heldUntil || (await lease.renew().catch(() => false))) return
  await access.compareAndSet(next, from, undefined)
  throw new LeaseLostError(knob)
}
