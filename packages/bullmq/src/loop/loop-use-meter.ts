import { performance } from 'node:perf_hooks'

/** The use of the event loop during a run. */
export interface LoopUse {
  /** How long it had nothing to do, in milliseconds. */
  readonly idleMs: number
  /**
   * How long it was busy per time on the CPU: 1 where the process gets the CPU whenever it wants it, 2 where it waits for it half of the
   * time, as others or a quota keep it from it.
   */
  readonly stretch: number
}

/** Measures the use of the event loop from its creation on. */
export class LoopUseMeter {
  readonly #loop = performance.eventLoopUtilization()
  readonly #cpu = process.cpuUsage()

  read(): LoopUse {
    const { active, idle } = performance.eventLoopUtilization(this.#loop)
    const { user, system } = process.cpuUsage(this.#cpu)
    const cpuMs = (user + system) / 1000
    return { idleMs: idle, stretch: cpuMs > 0 ? Math.max(1, active / cpuMs) : 1 }
  }
}
