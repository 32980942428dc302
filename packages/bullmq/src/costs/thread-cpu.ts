import { readFileSync } from 'node:fs'

/** Linux: nanoseconds on a CPU, nanoseconds in the run queue, time slices. */
const SCHEDSTAT = '/proc/thread-self/schedstat'

/** How the CPU time of this thread is read. */
export interface ThreadCpu {
  /** In milliseconds; undefined where the platform does not have it. */
  read(): number | undefined
  /** The cost of one reading, in milliseconds. */
  readonly costMs: number
}

/** Node 23.9 and later; the types of Node 22 do not have it. */
const { threadCpuUsage } = process as { threadCpuUsage?: () => { readonly user: number; readonly system: number } }

/** The CPU time of this thread: from Node where it has it, else from Linux, else unknown. */
export const threadCpu: ThreadCpu =
  threadCpuUsage === undefined
    ? { read: ofLinux, costMs: 0.03 }
    : {
        read: () => {
          const { user, system } = threadCpuUsage()
          return (user + system) / 1000
        },
        costMs: 0.003,
      }

function ofLinux(): number | undefined {
  try {
    const nanoseconds = Number(readFileSync(SCHEDSTAT, 'latin1').split(' ')[0])
    return Number.isFinite(nanoseconds) ? nanoseconds / 1e6 : undefined
  } catch {
    return undefined
  }
}
