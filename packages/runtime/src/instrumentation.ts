import type { SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation, disposeTogether, intervalOf } from '@homeostat/signals'
import { createContainer } from './cgroup/container.ts'
import { refreshOnDemand } from './cgroup/refresh-on-demand.ts'
import { createCpuSignals } from './signals/cpu.ts'
import type { LoopSampling } from './signals/event-loop.ts'
import { measureEventLoop } from './signals/event-loop.ts'
import { observeMemory } from './signals/memory.ts'
import { VERSION } from './version.ts'

export interface RuntimeInstrumentationConfig extends SignalInstrumentationConfig {
  /** Length of the window that CPU utilization is measured over, in milliseconds. @default 5000 */
  windowMs?: number
  /** The cgroup's files are read at a collection (off the event loop), at most once in so many milliseconds. @default 5000 */
  refreshMs?: number
  /**
   * How the event loop is watched: at each `iteration`, which wakes nothing and sees every stall, or by a `timer` of 150 ms, which
   * costs nothing per iteration. @default iteration, where the runtime can
   */
  loopSampling?: LoopSampling
  /** Where the cgroup file system is mounted. @default '/sys/fs/cgroup' */
  cgroupRoot?: string
  /** Where the proc file system is mounted. @default '/proc' */
  procRoot?: string
}

/**
 * Memory, CPU and the event loop of this process, against the limits that really end it.
 *
 * Every value is the same for every reader: nothing is measured "since the last collection".
 *
 * @example
 * ```ts
 * registerInstrumentations({ instrumentations: [new RuntimeInstrumentation()] })
 * ```
 */
export class RuntimeInstrumentation extends SignalInstrumentation<RuntimeInstrumentationConfig> {
  constructor(config: RuntimeInstrumentationConfig = {}) {
    super('@homeostat/runtime', VERSION, config)
  }

  protected activate(): Disposable {
    const windowMs = intervalOf('windowMs', this.config.windowMs, 5_000)
    const refreshMs = intervalOf('refreshMs', this.config.refreshMs, 5_000)
    const { cgroupRoot = '/sys/fs/cgroup', procRoot = '/proc' } = this.config
    const { registry } = this
    const container = createContainer(cgroupRoot, procRoot)
    // Refreshes are a little early or late: the window ends with the one that is nearest to its length.
    const cpu = createCpuSignals(registry, container, windowMs - refreshMs / 2)
    let ended = false

    const refresher = refreshOnDemand(refreshMs, () => {
      container
        .refresh()
        .then(() => (ended ? undefined : cpu.advance()))
        .catch((error: unknown) => registry.faults.report('signal', error))
    })
    refresher.asked(performance.now())

    return disposeTogether(
      container,
      cpu,
      observeMemory(registry, container),
      measureEventLoop(registry, this.config.loopSampling),
      registry.observe(() => refresher.asked(performance.now())),
      refresher,
      { [Symbol.dispose]: () => void (ended = true) },
    )
  }
}
