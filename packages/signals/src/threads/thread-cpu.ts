/** Node 23.9 and later; the types of Node 22 do not have it. */
const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage }

/**
 * The CPU time of this thread, the main thread or a worker, in milliseconds since an arbitrary time. Node before 23.9 does not say; there
 * it is that of the process, garbage collection and thread pool included, which is at least as much.
 *
 * Linux brings the count of a thread that runs up to date at a tick (every 1 to 10 ms), when the thread stops running, and when
 * somebody asks for the CPU time of the process (`thread_group_cputime()` of the kernel), but not when somebody asks for that of the
 * thread. So the process is asked first: else a burn of 1 ms is found as 0.02 to 0.07 ms.
 */
export function threadCpuMs(): number {
  const ofProcess = process.cpuUsage()
  const { user, system } = threadCpuUsage === undefined ? ofProcess : threadCpuUsage()
  return (user + system) / 1000
}
