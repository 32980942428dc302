import { SignalInstrumentation, disposeTogether, refreshOnDemand } from '@homeostat/signals'
import { createContainer } from './cgroup/container.ts'
import type { RuntimeInstrumentationConfig } from './instrumentation-options.ts'
import { DEFAULTS, instrumentationOptions } from './instrumentation-options.ts'
import { createCpuSignals } from './signals/cpu.ts'
import { measureEventLoop } from './signals/event-loop.ts'
import { observeMemory } from './signals/memory.ts'
import { VERSION } from './version.ts'

export type { RuntimeInstrumentationConfig } from './instrumentation-options.ts'

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
    super('@homeostat/runtime', VERSION, config, { schema: instrumentationOptions, path: 'runtime' })
  }

  protected activate(): Disposable {
    const { windowMs, refreshMs, cgroupRoot, procRoot } = { ...DEFAULTS, ...this.config }
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
      observeMemory(registry, container, procRoot),
      measureEventLoop(registry, this.config.loopSampling),
      registry.observe(() => refresher.asked(performance.now())),
      refresher,
      { [Symbol.dispose]: () => void (ended = true) },
    )
  }
}
