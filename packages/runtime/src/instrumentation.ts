import type { SignalInstrumentationConfig } from '@homeostat/signals'
import { SignalInstrumentation, disposeTogether, every, intervalOf } from '@homeostat/signals'
import { createContainer } from './cgroup/container.ts'
import { createCpuSignals } from './signals/cpu.ts'
import { measureEventLoopDelay } from './signals/event-loop-delay.ts'
import { measureEventLoopTime } from './signals/event-loop-time.ts'
import { observeMemory } from './signals/memory.ts'
import { VERSION } from './version.ts'

export interface RuntimeInstrumentationConfig extends SignalInstrumentationConfig {
  /** Length of the window that CPU utilization is measured over, in milliseconds. @default 5000 */
  windowMs?: number
  /** How often the cgroup's files are read (off the event loop), in milliseconds. @default 2500 */
  refreshMs?: number
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
    const refreshMs = intervalOf('refreshMs', this.config.refreshMs, 2_500)
    const { cgroupRoot = '/sys/fs/cgroup', procRoot = '/proc' } = this.config
    const { registry } = this
    const container = createContainer(cgroupRoot, procRoot)
    // Timers are a little early or late: the window ends with the refresh that is nearest to its length.
    const cpu = createCpuSignals(registry, container, windowMs - refreshMs / 2)
    let ended = false

    const refresh = (): void => {
      container
        .refresh()
        .then(() => (ended ? undefined : cpu.advance()))
        .catch((error: unknown) => registry.faults.report('signal', error))
    }
    refresh()

    return disposeTogether(
      cpu,
      observeMemory(registry, container),
      measureEventLoopDelay(registry),
      measureEventLoopTime(registry),
      every(refreshMs, refresh),
      { [Symbol.dispose]: () => void (ended = true) },
    )
  }
}
