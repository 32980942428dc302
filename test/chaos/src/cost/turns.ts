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
 * How much CPU of the main thread each turn took until some work was done, in milliseconds. A machine that runs other things
 * takes whole milliseconds away at any time, which says nothing about the work; a turn never takes more than its time on the
 * clock. Where Node cannot tell threads apart (before 24), the process has to run with `--single-threaded`, which makes V8 collect
 * garbage on this thread as well.
 */
export async function cpuOfTurnsDuring(work: Promise<unknown>): Promise<number[]> {
  const state = { isDone: false }
  const done = work.finally(() => (state.isDone = true))
  const turns: number[] = []
  for (let last = performance.now(), used = mainThreadMs(); !state.isDone;) {
    await nextTurn()
    const [now, usedNow] = [performance.now(), mainThreadMs()]
    turns.push(Math.min(now - last, usedNow - used))
    last = now
    used = usedNow
  }
  await done
  return turns
}

/** CPU of this thread alone, where Node can tell (24 and later), else of the process. */
export function mainThreadMs(): number {
  const { user, system } = (process.threadCpuUsage ?? process.cpuUsage)()
  return (user + system) / 1000
}

/** CPU of all threads of this process, those of V8 included. */
export function processMs(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Infinity
}
