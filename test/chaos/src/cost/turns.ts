import { setImmediate as nextTurn } from 'node:timers/promises'

/** How long each turn of the event loop took until some work was done, in milliseconds. */
export async function turnsDuring(work: Promise<unknown>): Promise<number[]> {
  const state = { isDone: false }
  const done = work.finally(() => (state.isDone = true))
  const turns: number[] = []
  for (let last = performance.now(); !state.isDone;) {
    await nextTurn()
    const now = performance.now()
    turns.push(now - last)
    last = now
  }
  await done
  return turns
}

/** The longest turn; there may be more of them than a call can have arguments. */
export function longestOf(turns: readonly number[]): number {
  return turns.reduce((longest, turn) => Math.max(longest, turn), 0)
}

/**
 * How much CPU each turn took until some work was done, in milliseconds. A machine that runs other things takes whole
 * milliseconds away at any time, which says nothing about the work. Other threads of the process count as well, so the process
 * runs with `--single-threaded`; a turn never takes more than its time on the clock.
 */
export async function cpuOfTurnsDuring(work: Promise<unknown>): Promise<number[]> {
  const state = { isDone: false }
  const done = work.finally(() => (state.isDone = true))
  const turns: number[] = []
  for (let last = performance.now(), used = process.cpuUsage(); !state.isDone;) {
    await nextTurn()
    const now = performance.now()
    const { user, system } = process.cpuUsage(used)
    turns.push(Math.min(now - last, (user + system) / 1000))
    last = now
    used = process.cpuUsage()
  }
  await done
  return turns
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity
}
