import { parseCfsQuota, parseCpuMax, parseKeyed, parseNumber, workingSet } from './parse.ts'

/** The texts of some files, in the order they were asked for; undefined where there is none. */
export type Texts = readonly (string | undefined)[]

/** How to read a limit, and the usage that runs into it, from a cgroup's files. */
export interface Controller {
  /** Tells that a folder belongs to the controller. */
  readonly probe: string
  readonly limitFiles: readonly string[]
  limit(texts: Texts): number | undefined
  readonly usageFiles: readonly string[]
  usage(texts: Texts): number | undefined
}

/** Bytes. Above `memory.high` the kernel holds the process up until it gets nowhere: like libuv, we take the lower one. */
export const memoryV2: Controller = {
  probe: 'memory.max',
  limitFiles: ['memory.max', 'memory.high'],
  limit: ([max, high]) => lowest(parseNumber(max), parseNumber(high)),
  usageFiles: ['memory.current', 'memory.stat'],
  usage: ([current, stat]) => workingSet(parseNumber(current), parseKeyed(stat, 'inactive_file')),
}

/**
 * Bytes. An unlimited v1 cgroup says 2^63 rounded down to pages; whoever compares with the host's memory sees through it.
 * `memory.stat` also knows the limits of parents that a container does not see.
 */
export const memoryV1: Controller = {
  probe: 'memory.limit_in_bytes',
  limitFiles: ['memory.limit_in_bytes', 'memory.stat'],
  limit: ([limit, stat]) => lowest(parseNumber(limit), parseKeyed(stat, 'hierarchical_memory_limit')),
  usageFiles: ['memory.usage_in_bytes', 'memory.stat'],
  usage: ([usage, stat]) => workingSet(parseNumber(usage), parseKeyed(stat, 'total_inactive_file')),
}

/** CPUs, and CPU seconds. */
export const cpuV2: Controller = {
  probe: 'cpu.max',
  limitFiles: ['cpu.max'],
  limit: ([max]) => parseCpuMax(max),
  usageFiles: ['cpu.stat'],
  usage: ([stat]) => seconds(parseKeyed(stat, 'usage_usec'), 1e6),
}

/** CPUs, and CPU seconds. */
export const cpuV1: Controller = {
  probe: 'cpu.cfs_quota_us',
  limitFiles: ['cpu.cfs_quota_us', 'cpu.cfs_period_us'],
  limit: ([quota, period]) => parseCfsQuota(quota, period),
  usageFiles: ['cpuacct.usage'],
  usage: ([usage]) => seconds(parseNumber(usage), 1e9),
}

function seconds(value: number | undefined, perSecond: number): number | undefined {
  return value === undefined ? undefined : value / perSecond
}

/** The lowest limit there is. As with libuv, 0 stands for no limit. */
function lowest(...limits: readonly (number | undefined)[]): number | undefined {
  const given = limits.filter(limit => limit !== undefined && limit > 0) as number[]
  return given.length > 0 ? Math.min(...given) : undefined
}
