import { getHeapStatistics } from 'node:v8'

const MEBIBYTE = 1024 * 1024

/** Both spellings that V8 takes, with `=` or as two arguments. */
const OLD_SPACE_OPTION = /^--max[-_]old[-_]space[-_]size(?:=(\d+))?$/

/** What the V8 heap holds and the room it has, in bytes. */
export interface HeapRoom {
  readonly used: number
  readonly limit: number
}

/**
 * V8 ends a process when its old generation is full, and whatever lives in the young one is promoted into it: so all that
 * is used is held against the old generation's limit. `heap_size_limit` counts three semi-spaces of the young generation
 * on top (192 MiB on Node 24): with `--max-old-space-size=192` it says 384 MiB, and the process dies at half of it.
 *
 * @param oldSpaceLimit - what {@link oldSpaceOption} found; without it the heap's own limit is used, which at V8's default
 *   size is at most 5 % too large
 */
export function readHeapRoom(oldSpaceLimit: number | undefined): HeapRoom {
  const { used_heap_size, heap_size_limit } = getHeapStatistics()
  return { used: used_heap_size, limit: oldSpaceLimit ?? heap_size_limit }
}

/** The bytes of `--max-old-space-size` among Node's options, the last one given; undefined when it is not given. */
export function oldSpaceOption(options: readonly string[]): number | undefined {
  let mebibytes = 0
  options.forEach((option, index) => {
    const match = OLD_SPACE_OPTION.exec(option)
    if (match) mebibytes = Number(match[1] ?? options[index + 1])
  })
  return mebibytes > 0 ? mebibytes * MEBIBYTE : undefined
}

/** The options this process was started with; those on the command line win and come last. */
export function nodeOptions(): readonly string[] {
  return [...(process.env['NODE_OPTIONS'] ?? '').split(/\s+/), ...process.execArgv]
}
