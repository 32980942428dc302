import { threadCpuMs } from '@homeostat/signals'

/** How the CPU time of this thread is read. */
export interface ThreadCpu {
  /** In milliseconds since an arbitrary time. Differences may hold what other threads of the process took meanwhile. */
  read(): number
  /** The cost of one reading, in milliseconds. */
  readonly costMs: number
}

/** The CPU time of this thread from Node where it has it, else that of the process. */
export const threadCpu: ThreadCpu = { read: threadCpuMs, costMs: 0.001 }
