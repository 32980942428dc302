import { totalmem } from 'node:os'
import { getHeapSpaceStatistics, getHeapStatistics } from 'node:v8'
import { resourceLimits } from 'node:worker_threads'
import type { HeapOptions } from './heap-options.ts'
import { heapOptions } from './heap-options.ts'

const MEBIBYTE = 1024 * 1024

/** What the V8 heap holds and the room it has, in bytes. */
export interface HeapRoom {
  readonly used: number
  readonly limit: number
}

/** What decides how V8 divided the heap's limit when the heap was made. */
export interface HeapSetup {
  /** `heap_size_limit` at the start, in bytes. */
  readonly sizeLimit: number
  readonly options: HeapOptions
  /** The young generation of a worker thread; undefined on the main thread. */
  readonly workerYoungMb: number | undefined
  /** The memory that a percentage is a part of, in bytes. */
  readonly memory: number
  readonly v8Major: number
}

/**
 * The heap of this thread against what ends it.
 *
 * V8 ends a process when its old generation is full. `heap_size_limit` counts the young generation on top, three semi-spaces,
 * which are 192 MiB on Node 24: with `--max-old-space-size=192` it says 384 MiB, and the process dies at half of it. How much
 * of it is the young generation's is settled when the heap is made; what raises the limit later, as
 * `v8.setHeapSnapshotNearHeapLimit()` does, raises the old generation's.
 *
 * Setting flags by `v8.setFlagsFromString()` changes no heap that exists, only those of worker threads to come.
 */
export class HeapRoomReader {
  readonly #youngLimit: number

  constructor(setup: HeapSetup = heapSetup()) {
    this.#youngLimit = youngLimit(setup)
  }

  read(): HeapRoom {
    const { used_heap_size, heap_size_limit } = getHeapStatistics()
    const young = getHeapSpaceStatistics()
      .filter(({ space_name }) => space_name.startsWith('new_'))
      .reduce((sum, { space_used_size }) => sum + space_used_size, 0)
    const limit = heap_size_limit - this.#youngLimit
    return { used: usedAgainst(limit, used_heap_size, young), limit }
  }
}

/**
 * Most of the limit that the young generation counts for. The objects that live in it have to find room in the old one, and V8 gives up when it
 * does not: measured on Node 24 with 51 to 98 % of the limit in the old generation, depending on how large the young one is beside
 * it. How much of it lives is not known before it is collected, and usually that is little.
 */
const MOST_YOUNG_SHARE = 0.45

/** The bytes that are held against the limit; never more than that. */
export function usedAgainst(limit: number, used: number, young: number): number {
  return Math.min(limit, used - young + Math.min(young, MOST_YOUNG_SHARE * limit))
}

/** The bytes of `heap_size_limit` that are the young generation's. */
export function youngLimit({ sizeLimit, options, workerYoungMb, memory, v8Major }: HeapSetup): number {
  const { semiSpaceMb, oldSpaceMb, oldSpacePercent } = options
  // V8 rounds semi-spaces up to powers of two.
  if (semiSpaceMb !== undefined) return 3 * 2 ** Math.ceil(Math.log2(semiSpaceMb)) * MEBIBYTE
  // The limit of this thread counts, not that of the process.
  if (workerYoungMb !== undefined && workerYoungMb > 0) return workerYoungMb * MEBIBYTE
  const percentMb =
    oldSpacePercent === undefined ? undefined : Math.floor((oldSpacePercent / 100) * (memory / MEBIBYTE))
  const rest = sizeLimit - (percentMb ?? oldSpaceMb ?? 0) * MEBIBYTE
  const isGiven = percentMb !== undefined || oldSpaceMb !== undefined
  // NODE_OPTIONS may have been changed since, for child processes: then it leaves a young generation that V8 does not make.
  return isGiven && rest > 0 && rest <= LARGEST_YOUNG ? rest : defaultYoungLimit(sizeLimit, v8Major)
}

/** The largest young generation that V8 makes unless an option says otherwise. */
const LARGEST_YOUNG = 192 * MEBIBYTE
/** Up to here V8 takes the machine for a small one, with semi-spaces of 1 MiB. */
const SMALL_HEAP = 259 * MEBIBYTE

/** What V8 sets aside by itself: a semi-space for 32 MiB (since V8 13; before, for 128) of the old generation, up to a cap. */
function defaultYoungLimit(sizeLimit: number, v8Major: number): number {
  if (sizeLimit <= SMALL_HEAP) return 3 * MEBIBYTE
  const [ratio, mostMb] = v8Major >= 13 ? [32, 64] : [128, 16]
  return Math.min(3 * mostMb * MEBIBYTE, (sizeLimit * 3) / (ratio + 3))
}

function heapSetup(): HeapSetup {
  const total = totalmem()
  const constrained = process.constrainedMemory()
  return {
    sizeLimit: getHeapStatistics().heap_size_limit,
    options: heapOptions(),
    workerYoungMb: resourceLimits.maxYoungGenerationSizeMb,
    memory: constrained > 0 && constrained < total ? constrained : total,
    v8Major: Number.parseInt(process.versions.v8, 10),
  }
}
