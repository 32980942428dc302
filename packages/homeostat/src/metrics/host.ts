import {
  hostCpuUtilization,
  hostDiskBytesPerSecond,
  hostMemoryUtilization,
  hostNetworkBytesPerSecond,
  hostPacketsLostPerSecond,
} from '@homeostat/runtime/expressions'
import type { HostMetrics } from './performance-metrics.ts'
import type { Query } from './query.ts'
import { first } from './query.ts'

const RECEIVED = hostNetworkBytesPerSecond('receive')
const TRANSMITTED = hostNetworkBytesPerSecond('transmit')
const READ = hostDiskBytesPerSecond('read')
const WRITTEN = hostDiskBytesPerSecond('write')

export const hostExprs: readonly string[] = [
  hostCpuUtilization,
  hostMemoryUtilization,
  RECEIVED,
  TRANSMITTED,
  hostPacketsLostPerSecond,
  READ,
  WRITTEN,
]

export function hostMetrics(query: Query): HostMetrics | undefined {
  return measured({
    cpuUsage: first(query(hostCpuUtilization)),
    memoryUsage: first(query(hostMemoryUtilization)),
    network: measured({
      receivedBytesPerSecond: first(query(RECEIVED)),
      transmittedBytesPerSecond: first(query(TRANSMITTED)),
      lostPacketsPerSecond: first(query(hostPacketsLostPerSecond)),
    }),
    disk: measured({
      readBytesPerSecond: first(query(READ)),
      writtenBytesPerSecond: first(query(WRITTEN)),
    }),
  })
}

/** Undefined when nothing of it is measured. */
function measured<T extends object>(values: T): T | undefined {
  return Object.values(values).some(value => value !== undefined) ? values : undefined
}
