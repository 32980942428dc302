import type { FleetLease } from '../words/coordinator.ts'
import { CoordinatorUnavailableError, LeaseLostError } from '../fleet/errors.ts'
import type { Knob } from '../words/knob.ts'
import { originOf } from './journal/change-record.ts'
import { KnobNotUndoneError } from './errors.ts'
import type { KnobAccess } from './knob-access.ts'
import { SharedLease, type Hold, type KnobLease } from './knob-lease.ts'
import { stepTowards } from './knob-options.ts'
import { setVerified } from './verified-set.ts'

/** What stands because of us, as far as it is known. */
export interface Stand {
  readonly was: number
  /** The values that may be in force because of us; see `ChangeRecord`. */
  set: readonly number[]
  /** Somebody else may have reverted the change: the value of before is then not a sign of a person. */
  mayBeBack: boolean
}

export interface Walk {
  readonly knob: Knob
  readonly access: KnobAccess
  readonly lease: KnobLease
  readonly stand: Stand
  readonly isStopped: () => boolean
  readonly onFault: (error: unknown) => void
}

/**
 * Where it ended. `at`: at the value to go to. `back`: at the value of before, without our doing. `over`: another process has
 * dealt with it. `waiting`: another process has the lease and may set the value; ask again later.
 */
export type Walked =
  | { readonly end: 'at' | 'back' | 'over' | 'waiting' }
  | { readonly end: 'theirs'; readonly value: number }

/** Somebody may change the value each time between the look and the set; one who always does is not waited for. */
const MOST_TRIES = 1000
/** As many values as a record may hold. */
const MOST_RECORDED = 8

/**
 * Sets a knob from what we have set to what was there before, in steps, or in one go when there is a hurry.
 *
 * An undo compares before it sets, so it can only do what any process of the service would do with the same record. So the
 * lease is used where it can be had, and is not waited for in a hurry: not where the coordinator cannot be reached, nor, once
 * everything is stopped, where another process has it.
 *
 * @param isUncertain - whether a set may have no answer yet
 * @throws what the knob or the coordinator throws; then it is not undone
 */
export async function walkBack(walk: Walk, to: number, isHurried: boolean, isUncertain: boolean): Promise<Walked> {
  try {
    return await walkUnderLease(walk, to, isHurried, isUncertain)
  } catch (error) {
    if (!(error instanceof LeaseLostError) || !(walk.lease instanceof SharedLease)) throw error
    // It may be that nobody has it, because the coordinator has lost its data: it is taken again.
    walk.lease.lose()
    return walkUnderLease(walk, to, isHurried, isUncertain)
  }
}

async function walkUnderLease(walk: Walk, to: number, isHurried: boolean, isUncertain: boolean): Promise<Walked> {
  const { knob, access, lease, stand, isStopped } = walk
  const hold = await holdOf(walk, isHurried)
  if (hold === 'over') return { end: 'over' }
  let fleet = hold === 'held' || hold === 'retaken' ? lease.fleet : undefined
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const current = await readUnlessHurried(walk, to, isHurried, fleet)
    if (current === undefined) return { end: 'at' }
    const origin = originOf(current, stand)
    if (origin === 'back' && hold !== 'taken' && (isUncertain || stand.mayBeBack)) return { end: 'back' }
    if (origin !== 'ours') return hold === 'taken' ? { end: 'waiting' } : { end: 'theirs', value: current }
    if (hold === 'taken' && !isStopped()) return { end: 'waiting' }
    // In a hurry nothing is worth more steps: they are there to go easy on what is running.
    const next = isHurried ? to : stepTowards(current, to, knob.bounds)
    if (next === stand.was) stand.mayBeBack = true
    else await lease.record({ knob: knob.name, was: stand.was, set: [current, next] })
    stand.set = [...new Set([...stand.set, current, next])].filter(value => value !== stand.was)
    try {
      const set = await setVerified({
        knob: knob.name,
        access,
        from: current,
        next,
        fleet,
        isShared: knob.scope === 'shared',
        trustsAnswer: isHurried,
      })
      if (set.end === 'refused') throw refusalOf(knob.name, fleet)
      if (set.end === 'theirs') {
        if (set.doubt) walk.onFault(set.doubt)
        continue
      }
      if (set.end === 'fault') {
        // It stands because of us, so the next try begins there.
        if (set.value !== stand.was) stand.set = [...new Set([...stand.set, set.value])]
        throw set.fault
      }
    } catch (error) {
      if (!isHurried || !fleet || !(error instanceof CoordinatorUnavailableError)) throw error
      // It checks the lease and does not answer. The value may be set all the same.
      fleet = undefined
      continue
    }
    if (next === to) return { end: 'at' }
    if (!isUncertain) stand.set = [next]
  }
  throw new KnobNotUndoneError(`${knob.name} changes again and again while it is being reverted`)
}

async function holdOf({ knob, lease, stand, onFault }: Walk, isHurried: boolean): Promise<Hold | 'unreachable'> {
  try {
    const { hold, set } = await lease.hold()
    if (hold !== 'retaken') return hold
    stand.mayBeBack = true
    stand.set = [...new Set([...stand.set, ...set])].filter(value => value !== stand.was)
    // Should this process end now, the next one needs the record that was lost.
    await lease.record({ knob: knob.name, was: stand.was, set: stand.set.slice(-MOST_RECORDED) }).catch(onFault)
    return hold
  } catch (error) {
    if (!isHurried) throw error
    onFault(error)
    return 'unreachable'
  }
}

/** Undefined when the value could not be read and was reverted all the same. */
async function readUnlessHurried(
  { access, stand }: Walk,
  to: number,
  isHurried: boolean,
  fleet: FleetLease | undefined,
): Promise<number | undefined> {
  try {
    return await access.read()
  } catch (error) {
    if (!isHurried) throw error
    stand.mayBeBack = true
    // The set itself compares: only a value of ours is replaced.
    for (const value of stand.set) if ((await access.compareAndSet(value, to, fleet)) === true) return undefined
    throw error
  }
}

function refusalOf(knob: string, fleet: FleetLease | undefined): Error {
  return fleet ? new LeaseLostError(knob) : new KnobNotUndoneError(`${knob} refuses to be reverted`)
}
