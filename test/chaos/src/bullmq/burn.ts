import { pbkdf2Sync } from 'node:crypto'

/** Burns so much CPU time in milliseconds: as much on a busy machine or a slow one. */
export function burn(ms: number): void {
  if (ms === 0) return
  const until = threadCpuMs() + ms
  // About 0.03 ms each.
  while (threadCpuMs() < until) pbkdf2Sync('password', 'salt', 50, 64, 'sha512')
}

/**
 * The CPU time of this thread, in milliseconds. Asking for the process first brings the kernel's count of this thread up to date, which is else up to a tick old.
 */
export function threadCpuMs(): number {
  process.cpuUsage()
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
