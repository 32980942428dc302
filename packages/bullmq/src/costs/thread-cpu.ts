/** How the CPU time of this thread is read. */
export interface ThreadCpu {
  /** In milliseconds since an arbitrary time. Differences may hold what other threads of the process took meanwhile. */
  read(): number
  /** The cost of one reading, in milliseconds. */
  readonly costMs: number
}

/** Node 23.9 and later; the types of Node 22 do not have it. */
const { threadCpuUsage } = process as { threadCpuUsage?: () => NodeJS.CpuUsage }

/**
 * The CPU time of this thread from Node where it has it, else that of the process.
 *
 * Linux brings the count of a thread that runs up to date at a tick (every 1 to 10 ms), when the thread stops running, and when
 * somebody asks for the CPU time of the process (`thread_group_cputime()` of the kernel), but not when somebody asks for that of the
 * thread. So the process is asked first: else a burn of 1 ms is found as 0.02 to 0.07 ms.
 */
export const threadCpu: ThreadCpu = {
  read: () => {
    const ofProcess = process.cpuUsage()
    return milliseconds(threadCpuUsage === undefined ? ofProcess : threadCpuUsage())
  },
  costMs: 0.001,
}

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1000
}
