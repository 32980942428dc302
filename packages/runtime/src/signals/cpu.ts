import { availableParallelism, cpus } from 'node:os'
import type { LevelSeries, Registry } from '@homeostat/signals'
import { disposeTogether, threadCpuMs } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import type { Container, ContainerReading } from '../cgroup/container.ts'
import type { Limit, LimitSource } from './limits.ts'
import { cpuLimit } from './limits.ts'

/** CPU signals that are brought up to date from a timer of their own. */
export interface CpuSignals extends Disposable {
  /** Takes in the container's last reading; ends the window when it is long enough. */
  advance(): void
}

/** The counters that are read at both ends of a window. */
interface Mark {
  /** `performance.now()` of the seconds; the reading has its own time. */
  readonly atMs: number
  readonly reading: ContainerReading
  readonly processSeconds: number
  /** The CPU time of this thread, whose event loop it is. */
  readonly threadMs: number
  readonly source: LimitSource
}

/**
 * CPU against its limit, over windows of our own. A utilization that is taken between two collections (as
 * `@opentelemetry/host-metrics` does) depends on who else collects; one over a fixed window is the same for every reader.
 */
export function createCpuSignals(registry: Registry, container: Container, minWindowMs: number): CpuSignals {
  const time = registry.counter(metrics.processCpuTime)
  // The operating system has counted since the process began, which a worker thread did not begin with.
  const since = Date.now() - process.uptime() * 1000
  const user = time.with({ [attributes.cpuMode]: 'user' }, since)
  const system = time.with({ [attributes.cpuMode]: 'system' }, since)
  const processUtilization = registry.level(metrics.processCpuUtilization).with()
  const threadUtilization = registry.level(metrics.eventLoopCpuUtilization).with()
  const bySource = { cgroup: sourceLevels(registry, 'cgroup'), host: sourceLevels(registry, 'host') }
  const hostCpus = cpus().length
  let start: Mark | undefined

  const observer = registry.observe(() => {
    const usage = process.cpuUsage()
    user.advanceTo(usage.user / 1e6)
    system.advanceTo(usage.system / 1e6)
  })

  const clear = (): void => {
    processUtilization.clear()
    threadUtilization.clear()
    for (const levels of [bySource.cgroup, bySource.host]) for (const level of levels) level.clear()
  }

  const advance = (): void => {
    const { reading } = container
    if (reading === undefined) return
    const limit = cpuLimit(reading, reading.allowedCpus ?? hostCpus, availableParallelism())
    const source = limit.source === 'cgroup' ? 'cgroup' : 'host'
    if (source !== start?.source) {
      clear()
      start = undefined
    }
    const [limitLevel, utilizationLevel] = bySource[source]
    limitLevel.set(limit.value)

    if (start !== undefined && reading.atMs - start.reading.atMs < minWindowMs) return
    const end: Mark = {
      atMs: performance.now(),
      reading,
      processSeconds: processSeconds(),
      threadMs: threadCpuMs(),
      source,
    }
    if (start !== undefined) {
      const seconds = (end.atMs - start.atMs) / 1000
      processUtilization.set((end.processSeconds - start.processSeconds) / seconds / limit.value)
      threadUtilization.set(Math.min(1, (end.threadMs - start.threadMs) / 1000 / seconds))
      const utilization = containerUtilization(start.reading, reading, limit)
      if (utilization === undefined) utilizationLevel.clear()
      else utilizationLevel.set(utilization)
    }
    start = end
  }

  return { advance, ...disposeTogether({ [Symbol.dispose]: clear }, observer) }
}

/** CPU time of the container over the limit; of the host where no quota binds. Undefined when it is unknown. */
export function containerUtilization(from: ContainerReading, to: ContainerReading, limit: Limit): number | undefined {
  if (limit.source === 'cgroup') {
    if (from.cpu.usage === undefined || to.cpu.usage === undefined) return undefined
    return Math.max(0, to.cpu.usage - from.cpu.usage) / ((to.atMs - from.atMs) / 1000) / limit.value
  }
  if (from.hostCpu === undefined || to.hostCpu === undefined) return undefined
  const total = to.hostCpu.total - from.hostCpu.total
  return total > 0 ? Math.max(0, to.hostCpu.busy - from.hostCpu.busy) / total : undefined
}

function processSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function sourceLevels(
  registry: Registry,
  source: LimitSource,
): readonly [limit: LevelSeries, utilization: LevelSeries] {
  const labels = { [attributes.limitSource]: source }
  return [registry.level(metrics.cpuLimit).with(labels), registry.level(metrics.cpuUtilization).with(labels)]
}
