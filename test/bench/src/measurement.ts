import { once } from 'node:events'
import type { Path } from './benches.ts'

/** What a child tells its parent of one path. */
export interface Measurement {
  readonly path: string
  readonly nsPerOperation: number
  readonly bytesPerOperation?: number
}

/** The task of a child process; handed over as one argument of JSON. */
export interface Task {
  readonly variant: string
  readonly paths: readonly Path[]
  /** It waits to be asked for each block. */
  readonly takesTurns?: boolean
}

/** What a process that takes turns is asked to do next. */
export type Turn = { readonly warmUp: Path } | { readonly measure: Path } | 'end'

/** Does so many operations and settles when all are done. */
export type Work = (operations: number) => void | Promise<void>

/** One path of work, ready to be measured. */
export interface Subject {
  readonly work: Work
  /** Work whose cost is left out, before each operation; the operations are then measured one by one. */
  readonly prepare?: () => void
  readonly countBytes?: boolean
  /** How many slices there are, the cheapest of which counts. @default 10 */
  readonly slices?: number
}

/**
 * The cheapest slice counts: whatever else the machine does adds to a slice and never takes from it (Chen and Revels,
 * "Robust benchmarking in noisy environments", 2016). A slice is long enough to hold its share of garbage collection.
 */
const SLICES = 10
/** So few that no garbage collection comes between the two readings of the heap, see the flags of the bench. */
const BYTE_OPERATIONS = 20_000

/** What a variant makes of the process before the library is loaded. */
export interface Setup {
  /** Does the work in what surrounds it in an application, e.g. a span. */
  readonly within?: <T>(work: () => T) => T
  /** Whether the variant did its part; one that was not hooked in would be the cheapest of all. */
  readonly hasMeasured?: () => boolean
}

export function readTask(): Task {
  return JSON.parse(process.argv[2] ?? '') as Task
}

/** Measures each path of the task in turn and sends the measurements to the parent. */
export async function measureAll(
  task: Task,
  subjectOf: (path: string) => Subject,
  { hasMeasured }: Setup = {},
): Promise<void> {
  if (task.takesTurns) await takeTurns(subjectOf, hasMeasured)
  for (const path of task.paths) {
    const measurement = await measure(path, subjectOf(path.name))
    await new Promise(sent => process.send?.(measurement, sent))
  }
  if (hasMeasured?.() === false) throw new Error('it measured none of the operations')
  // Clients, pools and SDKs of a variant would keep the process alive.
  process.exit()
}

/** Works through blocks as it is asked to, and never returns. */
async function takeTurns(subjectOf: (path: string) => Subject, hasMeasured?: () => boolean): Promise<never> {
  const subjects = new Map<string, Subject>()
  for (;;) {
    const [turn] = (await once(process, 'message')) as [Turn]
    if (turn === 'end' && hasMeasured?.() === false) throw new Error('it measured none of the operations')
    const path = turn === 'end' ? undefined : 'warmUp' in turn ? turn.warmUp : turn.measure
    const measurement = { path: path?.name ?? '', nsPerOperation: 0 }
    if (path !== undefined && turn !== 'end') {
      const subject = subjects.get(path.name) ?? subjectOf(path.name)
      subjects.set(path.name, subject)
      const operations = 'warmUp' in turn ? path.warmUp : path.operations
      measurement.nsPerOperation = (await spend(subject, operations)) / operations
      if ('warmUp' in turn) globalThis.gc?.()
    }
    await new Promise(sent => process.send?.(measurement, sent))
    if (turn === 'end') process.exit()
  }
}

async function measure({ name, operations, warmUp }: Path, subject: Subject): Promise<Measurement> {
  await spend(subject, warmUp)
  const nanoseconds: number[] = []
  const bytes: number[] = []
  // Once, and not before each slice: a full collection shrinks the young generation, and scavenges then cost more.
  globalThis.gc?.()
  for (let slice = 0; slice < (subject.slices ?? SLICES); slice++) {
    nanoseconds.push((await spend(subject, operations)) / operations)
    if (subject.countBytes) bytes.push(await allocate(subject.work, Math.min(operations, BYTE_OPERATIONS)))
  }
  const measurement = { path: name, nsPerOperation: Math.min(...nanoseconds) }
  return subject.countBytes ? { ...measurement, bytesPerOperation: Math.max(0, Math.min(...bytes)) } : measurement
}

/** CPU nanoseconds of all threads, garbage collection and compilation included. */
async function spend({ work, prepare }: Subject, operations: number): Promise<number> {
  if (prepare === undefined) return cpu(() => work(operations))
  let total = 0
  for (let i = 0; i < operations; i++) {
    prepare()
    total += await cpu(() => work(1))
  }
  return total
}

async function cpu(work: () => void | Promise<void>): Promise<number> {
  const before = process.cpuUsage()
  const pending = work()
  // Not awaited when there is nothing to wait for: what it costs would be counted as the work's.
  if (pending !== undefined) await pending
  const { user, system } = process.cpuUsage(before)
  return (user + system) * 1000
}

async function allocate(work: Work, operations: number): Promise<number> {
  const taken = async (count: number): Promise<number> => {
    globalThis.gc?.()
    const before = process.memoryUsage().heapUsed
    await work(count)
    return process.memoryUsage().heapUsed - before
  }
  // Reading the heap takes some of it.
  const reading = await taken(0)
  return ((await taken(operations)) - reading) / operations
}
