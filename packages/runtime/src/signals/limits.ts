import type { ContainerReading } from '../cgroup/container.ts'

export type LimitSource = 'cgroup' | 'host' | 'rlimit' | 'v8'

export interface Limit {
  readonly value: number
  readonly source: LimitSource
}

/** Bytes the process can have before the kernel kills it: the cgroup's limit, unless the host has less than that. */
export function memoryLimit(reading: ContainerReading, hostBytes: number): Limit {
  const { limit } = reading.memory
  return limit !== undefined && limit < hostBytes
    ? { value: limit, source: 'cgroup' }
    : { value: hostBytes, source: 'host' }
}

/**
 * CPUs the process can have: the quota, or what it may be scheduled on where that is less. Shares and weights do not limit: they
 * only count while others want the CPU too.
 *
 * @param hostCpus - those that the affinity mask and the cpuset leave to it, else `os.cpus().length`
 * @param parallelism - `os.availableParallelism()`: it knows the affinity mask, but rounds a quota of 1.5 CPUs
 */
export function cpuLimit(reading: ContainerReading, hostCpus: number, parallelism: number): Limit {
  const { limit } = reading.cpu
  return limit !== undefined && limit < hostCpus
    ? { value: limit, source: 'cgroup' }
    : { value: parallelism, source: 'host' }
}
