import { existsSync, readFile, readFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import type { Controller } from './controller.ts'
import { KeptFile } from './kept-file.ts'
import type { Hierarchy, Place } from './locate.ts'
import { locateCgroup } from './locate.ts'
import type { HostCpu } from './parse.ts'
import { parseAllowedCpus, parseProcStat } from './parse.ts'

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
  /** CPUs that the scheduler may use for the process, by its affinity and its cpuset; undefined where that is not known. */
  readonly allowedCpus: number | undefined
}

export interface Container extends Disposable {
  /** The last reading; undefined until the first one is in, a few milliseconds after the start. */
  readonly reading: ContainerReading | undefined
  /** Reads anew, off the event loop. Resolves at once while another reading is under way. */
  refresh(): Promise<void>
}

/** A limit is looked up again at every so many readings: somebody changes it once in a container's life, if at all. */
const READINGS_PER_LIMIT = 12

/**
 * Reads the cgroup's files through the thread pool: `memory.stat` and `cpu.stat` make the kernel sum up counters of all
 * CPUs, which takes milliseconds on large hosts, and nobody wants to spend those on the event loop. The folders are found
 * once, at the first reading.
 */
export function createContainer(cgroupRoot: string, procRoot: string): Container {
  let reading: ContainerReading | undefined
  let reads = false
  let readings = 0
  let allowedCpus: number | undefined
  let parts: { readonly memory: Quota; readonly cpu: Quota } | undefined
  const hostStat = new KeptFile(join(procRoot, 'stat'))

  const locate = (): { readonly memory: Quota; readonly cpu: Quota } => {
    const cgroup = locateCgroup(textOf(join(procRoot, 'self/cgroup')), cgroupRoot, existsSync)
    return { memory: new Quota(cgroup.memory), cpu: new Quota(cgroup.cpu) }
  }

  const refresh = async (): Promise<void> => {
    if (reads) return
    reads = true
    try {
      parts ??= locate()
      if (readings++ % READINGS_PER_LIMIT === 0)
        allowedCpus = parseAllowedCpus(await readText(join(procRoot, 'self/status')))
      const [memory, cpu, stat] = await Promise.all([parts.memory.read(), parts.cpu.read(), hostStat.read()])
      reading = {
        atMs: performance.now(),
        memory,
        cpu,
        hostCpu: stat === undefined ? hostCpuTicks() : parseProcStat(stat),
        allowedCpus,
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
    [Symbol.dispose]: () => {
      for (const part of [parts?.memory, parts?.cpu, hostStat]) part?.[Symbol.dispose]()
    },
  }
}

/** Where there is no `/proc`. Not used on Linux: there `os.cpus()` also reads the clock rate of every CPU, synchronously. */
function hostCpuTicks(): HostCpu {
  const times = cpus().map(cpu => cpu.times)
  const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0)
  return { total, busy: total - times.reduce((sum, { idle }) => sum + idle, 0) }
}

/** What one controller allows. The limits of all levels hold; the lowest binds, and its own usage is what runs into it. */
class Quota implements Disposable {
  readonly #hierarchy: Hierarchy | undefined
  #limit: number | undefined
  #binding: Place | undefined
  #usage: KeptFile[] = []
  #readings = 0

  constructor(hierarchy: Hierarchy | undefined) {
    this.#hierarchy = hierarchy
  }

  async read(): Promise<Allowance> {
    if (this.#hierarchy === undefined) return { limit: undefined, usage: undefined }
    const { controller, places } = this.#hierarchy
    if (this.#readings++ % READINGS_PER_LIMIT === 0) await this.#findLimit(controller, places)
    const texts = await Promise.all(this.#usage.map(file => file.read()))
    return { limit: this.#limit, usage: controller.usage(texts) }
  }

  [Symbol.dispose](): void {
    for (const file of this.#usage) file[Symbol.dispose]()
    this.#usage = []
    this.#binding = undefined
    this.#readings = 0
  }

  async #findLimit(controller: Controller, places: readonly Place[]): Promise<void> {
    const limits = await Promise.all(
      places.map(async place => controller.limit(await readTexts(place.limits, controller.limitFiles))),
    )
    const lowest = Math.min(...limits.map(limit => limit ?? Number.POSITIVE_INFINITY))
    this.#limit = Number.isFinite(lowest) ? lowest : undefined
    const binding = places[Math.max(0, limits.indexOf(lowest))]!
    if (binding === this.#binding) return
    for (const file of this.#usage) file[Symbol.dispose]()
    this.#binding = binding
    this.#usage = controller.usageFiles.map(file => new KeptFile(join(binding.usage, file)))
  }
}

function readTexts(folder: string, files: readonly string[]): Promise<(string | undefined)[]> {
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
