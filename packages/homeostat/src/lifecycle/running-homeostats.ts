/** A Homeostat of this process, as others see it; it may be of another copy or version of this package. */
export interface RunningHomeostat {
  /** Whether a reader exports its metrics. */
  readonly isExporting: boolean
}

const KEY = Symbol.for('homeostat.running')
const shared = globalThis as { [KEY]?: Set<RunningHomeostat> }

/** Announces one until the result is disposed. */
export function announce(one: RunningHomeostat): Disposable {
  const all = running()
  all.add(one)
  return { [Symbol.dispose]: () => void all.delete(one) }
}

export function othersRunning(one: RunningHomeostat): RunningHomeostat[] {
  return [...running()].filter(other => other !== one)
}

/** All of this process, for someone who only looks: nothing is made where none has run. */
export function allRunning(): readonly unknown[] {
  const all: unknown = shared[KEY]
  return all instanceof Set ? [...all] : []
}

function running(): Set<RunningHomeostat> {
  return (shared[KEY] ??= new Set())
}
