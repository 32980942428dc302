import type { Trial } from '@homeostat/optimizer'

/** A switch that is refused is tried again at the next tick, so the wait is not without end. */
const MOST_TURNS = 20_000
/** The turns that a tick itself takes. */
const LEAST_TURNS = 20

/**
 * Waits until a change stands as the plan of its switchback says. A tick does not wait for a switch, which takes real time on a slow
 * machine: virtual time may go on once this is over.
 *
 * @param trial - the open trial; without one the change is expected to be off
 * @param now - the virtual time
 */
export async function switchSettled(trial: Trial | undefined, now: number, isOn: () => boolean): Promise<void> {
  const design = trial?.design
  const plan = design?.kind === 'switchback' ? design.plan : []
  const wanted = plan.some(({ arm, from, to }) => arm === 'act' && now >= from && now < to)
  for (let turn = 0; turn < LEAST_TURNS || (turn < MOST_TURNS && isOn() !== wanted); turn++)
    await new Promise(resolve => setImmediate(resolve))
}
