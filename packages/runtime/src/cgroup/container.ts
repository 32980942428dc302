import { existsSync, readFile, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Texts } from './controller.ts'
import type { Hierarchy } from './locate.ts'
import { locateCgroup } from './locate.ts'
import type { HostCpu } from './parse.ts'
import { parseProcStat } from './parse.ts'

/** A limit and the usage that counts against it; undefined where there is none. */
export interface Allowance {
  readonly limit: number | undefined
  readonly usage: number | undefined
}

/** The container as it was at `atMs`. */
export interface ContainerReading {
  /** `performance.now()`. */
  readonly atMs: number
  /** Bytes. */
  readonly memory: Allowance
  /** CPUs; CPU seconds since the cgroup began. */
  readonly cpu: Allowance
  readonly hostCpu: HostCpu | undefined
}

export interface Container {
  /** The last reading; undefined until the first one is in, a few milliseconds after the start. */
  readonly reading: ContainerReading | undefined
  /** Reads anew, off the event loop. Resolves at once while another reading is under way. */
  refresh(): Promise<void>
}

/**
 * Reads the cgroup's files through the thread pool: `memory.stat` and `cpu.stat` make the kernel sum up counters of all
 * CPUs, which takes milliseconds on large hosts, and nobody wants to spend those on the event loop.
 */
export function createContainer(cgroupRoot: string, procRoot: string): Container {
  let reading: ContainerReading | undefined
  let reads = false
  const cgroup = locateCgroup(textOf(join(procRoot, 'self/cgroup')), cgroupRoot, existsSync)

  const refresh = async (): Promise<void> => {
    if (reads) return
    reads = true
    try {
      const [memory, cpu, stat] = await Promise.all([
        readAllowance(cgroup.memory),
        readAllowance(cgroup.cpu),
        readText(join(procRoot, 'stat')),
      ])
      reading = {
        atMs: performance.now(),
        memory,
        cpu,
        hostCpu: stat === undefined ? hostCpuTicks() : parseProcStat(stat),
      }
    } finally {
      reads = false
    }
  }

  return {
    get reading() {
      return reading
    },
    refresh,
  }
}

/** Where there is no `/proc`. Not used on Linux: there `os.cpus()` also reads the clock rate of every CPU, synchronously. */
function hostCpuTicks(): HostCpu {
  const times = cpus().map(cpu => cpu.times)
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { total, busy: total - times.reduce((sum, { idle }) => sum + idle, 0) }
}

/** The limits of all levels hold; the lowest binds, and its own usage is what runs into it. */
async function readAllowance(hierarchy: Hierarchy | undefined): Promise<Allowance> {
  if (hierarchy === undefined) return { limit: undefined, usage: undefined }
  const { controller, places } = hierarchy
  const limits = await Promise.all(
    places.map(async place => controller.limit(await readTexts(place.limits, controller.limitFiles))),
  )
  const lowest = Math.min(...limits.map(limit => limit ?? Number.POSITIVE_INFINITY))
  const binding = places[Math.max(0, limits.indexOf(lowest))]!
  const usage = controller.usage(await readTexts(binding.usage, controller.usageFiles))
  return { limit: Number.isFinite(lowest) ? lowest : undefined, usage }
}

function readTexts(folder: string, files: readonly string[]): Promise<Texts> {
  return Promise.all(files.map(file => readText(join(folder, file))))
}

function readText(path: string): Promise<string | undefined> {
  // The callback API costs a third of `fs.promises.readFile` here.
  return new Promise(resolve => readFile(path, 'utf8', (error, text) => resolve(error ? undefined : text)))
}

/** Empty where there is no such file: not Linux, or no permission. */
function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
