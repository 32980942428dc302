import { freemem, totalmem } from 'node:os'
import type { LevelSeries, Registry } from '@homeostat/signals'
import { disposeTogether } from '@homeostat/signals'
import { attributes, metrics } from '@homeostat/semconv'
import type { Container } from '../cgroup/container.ts'
import { AddressSpaceReader } from './address-space.ts'
import { HeapRoomReader } from './heap-room.ts'
import type { Limit, LimitSource } from './limits.ts'
import { memoryLimit } from './limits.ts'

type Area = 'container' | 'process' | 'heap'

/**
 * Memory of the container, the process and the V8 heap, each against the limit that ends it. `heapUsed / heapTotal` is
 * not among them: `heapTotal` follows the usage, so that ratio says nothing about room.
 */
export function observeMemory(registry: Registry, container: Container, procRoot: string): Disposable {
  const containerLevels = areaLevels(registry, 'container')
  const processLevels = areaLevels(registry, 'process')
  const heapLevels = areaLevels(registry, 'heap')
  const rss = registry.level(metrics.processMemoryUsage).with()
  const heapRoom = new HeapRoomReader()
  const addressSpace = new AddressSpaceReader(procRoot)

  const observer = registry.observe(() => {
    const heap = heapRoom.read()
    heapLevels.set(heap.used, { value: heap.limit, source: 'v8' })

    const resident = process.memoryUsage.rss()
    rss.set(resident)

    const { reading } = container
    if (reading === undefined) return
    const host = totalmem()
    const limit = memoryLimit(reading, host)
    const addresses = addressSpace.read()
    // The limit that leaves less room ends the process.
    if (addresses !== undefined && addresses.limit - addresses.used < limit.value - resident)
      processLevels.set(addresses.used, { value: addresses.limit, source: 'rlimit' })
    else processLevels.set(resident, limit)
    // On Linux `freemem()` is MemAvailable: what can be had without swapping.
    const used = limit.source === 'cgroup' ? reading.memory.usage : host - freemem()
    if (used === undefined) containerLevels.clear()
    else containerLevels.set(used, limit)
  })

  return disposeTogether({ [Symbol.dispose]: () => rss.clear() }, containerLevels, processLevels, heapLevels, observer)
}

interface AreaLevels extends Disposable {
  set(usage: number, limit: Limit): void
  clear(): void
}

/** The three levels of one area. A limit that moves to another source ends the old source's series. */
function areaLevels(registry: Registry, area: Area): AreaLevels {
  let source: LimitSource | undefined
  let levels: readonly LevelSeries[] = []

  const bind = (next: LimitSource): void => {
    clear()
    const labels = { [attributes.memoryArea]: area, [attributes.limitSource]: next }
    levels = [metrics.memoryUsage, metrics.memoryLimit, metrics.memoryUtilization].map(metric =>
      registry.level(metric).with(labels),
    )
    source = next
  }

  const clear = (): void => {
    for (const level of levels) level.clear()
  }

  return {
    set: (usage, limit) => {
      if (limit.source !== source) bind(limit.source)
      levels[0]?.set(usage)
      levels[1]?.set(limit.value)
      levels[2]?.set(usage / limit.value)
    },
    clear,
    [Symbol.dispose]: clear,
  }
}
