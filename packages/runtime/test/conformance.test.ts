import { mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describeAction, describeInstrumentation } from '@homeostat/conformance'
import { metrics } from '@homeostat/semconv'
import { createTempFolder, runtime, type TempFolder } from '../src/domain.ts'
import { RuntimeInstrumentation } from '../src/index.ts'

describeInstrumentation('RuntimeInstrumentation', {
  create: () => new RuntimeInstrumentation({ windowMs: 40, refreshMs: 10 }),
  exercise: async instrumentation => {
    const isReady = (): boolean =>
      instrumentation.registry
        .collect()
        .metrics.some(({ descriptor }) => descriptor.name === metrics.processCpuUtilization.name)
    const deadline = performance.now() + 5_000
    do await sleep(60)
    while (instrumentation.getConfig().enabled && !isReady() && performance.now() < deadline)
  },
  metrics: [
    metrics.memoryUsage,
    metrics.memoryLimit,
    metrics.memoryUtilization,
    metrics.processMemoryUsage,
    metrics.cpuLimit,
    metrics.processCpuTime,
    metrics.processCpuUtilization,
    metrics.eventLoopCpuUtilization,
    metrics.eventLoopDelay,
    metrics.eventLoopDelayMax,
    metrics.eventLoopDelayP99,
    metrics.eventLoopTime,
    metrics.eventLoopUtilization,
  ],
  // The host's clock ticks are too coarse for a window of 40 ms.
  optional: [metrics.cpuUtilization],
})

const FILES = 5
let root: string
let folder: TempFolder

describeAction('memory.cleanup', {
  prepare: async () => {
    root = await mkdtemp(join(tmpdir(), 'conformance-'))
    folder = await createTempFolder({ name: 'conformance', maxAgeMs: 1_000, root })
    const longAgo = new Date(Date.now() - 60_000)
    for (let file = 0; file < FILES; file++) {
      const path = join(folder.path, `${file}`)
      await writeFile(path, 'text')
      await utimes(path, longAgo, longAgo)
    }
  },
  create: () => runtime({ tempFolder: folder }).actions[0]!,
  // The manifest stays.
  effect: async () => FILES - ((await readdir(folder.path)).length - 1),
  counts: 'files',
  close: () => rm(root, { recursive: true }),
})
