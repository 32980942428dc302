import type { Flow } from './queue-flow.ts'

/** A queue that would take longer does not drain in any useful sense. */
const LONGEST_SECONDS = 365 * 24 * 3600

/**
 * The time until all jobs that wait now have started, at the present service rate: `B * S / c` with B waiting jobs, mean run time S and c
 * running jobs. A job that is added now waits as long. While jobs wait, every slot of the fleet is busy, so c is the number of slots. In a
 * queue that is first in, first out, later arrivals do not change it.
 *
 * @returns seconds; 0 if none waits, `undefined` if jobs wait and none runs, or no run time is known
 */
export function drainSeconds({ ready, active, runSeconds, isPaused }: Flow): number | undefined {
  if (ready <= 0) return 0
  if (isPaused || active <= 0 || runSeconds === undefined) return undefined
  const seconds = (ready * runSeconds) / active
  return seconds <= LONGEST_SECONDS ? seconds : undefined
}

/**
 * The offered load over the slots: 1 and more means that the queue grows. The slots are the most jobs that ran at once in
 * about the last five minutes, or those of this process if it has more. A fleet that was never full counts as smaller than it is.
 *
 * @param ownSlots - the concurrency of the workers of this process
 * @returns `undefined` if there is no slot, or no run time is known
 */
export function utilization({ arrivalRate, runSeconds, ready, active, slots }: Flow, ownSlots = 0): number | undefined {
  const known = ready > 0 && active > 0 ? active : Math.max(slots, ownSlots)
  return known > 0 && runSeconds !== undefined ? (arrivalRate * runSeconds) / known : undefined
}
