import { performance } from 'node:perf_hooks'

/** Makes what returns the share of the time since its last call that the event loop was busy. */
export function loopMeter(): () => number {
  let last = performance.eventLoopUtilization()
  return () => {
    const seen = performance.eventLoopUtilization()
    const { utilization } = performance.eventLoopUtilization(seen, last)
    last = seen
    return utilization
  }
}
