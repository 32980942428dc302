/**
 * Milliseconds since the epoch that only ever go forward, at the pace of time: cooldowns, leases and trials must not end
 * early or late because somebody sets the clock. It parts from `Date.now()` by what the clock was set since the start.
 */
export function steadyNow(): number {
  return Math.round(performance.timeOrigin + performance.now())
}

/** Converts a time of the wall clock to the steady clock. */
export function fromWallTime(wallMs: number): number {
  return wallMs - wallTime(0)
}

/** What a steady time is on the clock on the wall, for telemetry that is compared with that of others. */
export function wallTime(steadyMs: number): number {
  return steadyMs + Math.round(Date.now() - performance.timeOrigin - performance.now())
}
