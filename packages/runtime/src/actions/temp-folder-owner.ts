import { constants, readFileSync, readlinkSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { hostname } from 'node:os'

/** The process that created a temp folder: enough to know for certain that it is gone. */
export interface TempFolderOwner {
  readonly pid: number
  readonly hostname: string
  /** Identifies the run of the kernel, which no process outlives. Empty where the system has none. */
  readonly bootId: string
  /** Process ids mean something only within their namespace, e.g. one container. Empty where there is none. */
  readonly pidNamespace: string
  /** Start of the process in clock ticks since boot: distinguishes it from a later one with the same id. Empty if unknown. */
  readonly startTime: string
}

/** The file that marks a folder as ours. */
export const MANIFEST = '.homeostat-owner.json'

/** Larger than any manifest of ours. */
const MAX_MANIFEST_BYTES = 4096

export function currentOwner(): TempFolderOwner {
  return {
    pid: process.pid,
    hostname: hostname(),
    bootId: quietly(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    pidNamespace: quietly(() => readlinkSync('/proc/self/ns/pid')),
    startTime: startTimeOf(process.pid),
  }
}

/** The manifest at `path`; undefined when it is not ours. A symbolic link is not followed. */
export async function readOwner(path: string): Promise<TempFolderOwner | undefined> {
  let file: FileHandle | undefined
  try {
    // O_NONBLOCK: opening a FIFO that somebody put there would wait for a writer.
    file = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0))
    const stats = await file.stat()
    if (!stats.isFile() || stats.size > MAX_MANIFEST_BYTES) return undefined
    const manifest: unknown = JSON.parse(await file.readFile('utf8'))
    return isOwner(manifest) ? manifest : undefined
  } catch {
    return undefined
  } finally {
    await file?.close()
  }
}

/**
 * True when the maker of a folder has ended for certain. In doubt, it lives: another machine on the same network share and
 * another container on the same volume cannot be asked.
 */
export function isGone(owner: TempFolderOwner, self: TempFolderOwner): boolean {
  if (owner.hostname !== self.hostname) return false
  if (owner.bootId !== self.bootId) return owner.bootId !== '' && self.bootId !== ''
  if (owner.pidNamespace !== self.pidNamespace) return false
  try {
    process.kill(owner.pid, 0)
  } catch (error) {
    // EPERM: it lives and belongs to somebody else.
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
  const startTime = startTimeOf(owner.pid)
  return startTime !== '' && owner.startTime !== '' && startTime !== owner.startTime
}

/** Field 22 of `/proc/<pid>/stat`, counted behind the command, which may hold spaces and brackets itself. */
function startTimeOf(pid: number): string {
  return quietly(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  })
}

function isOwner(value: unknown): value is TempFolderOwner {
  if (typeof value !== 'object' || value === null) return false
  const {
    pid,
    hostname: host,
    bootId,
    pidNamespace,
    startTime,
  }: Partial<Record<keyof TempFolderOwner, unknown>> = value
  // A pid of 0 or below would address a whole process group.
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid <= 0) return false
  return [host, bootId, pidNamespace, startTime].every(text => typeof text === 'string')
}

function quietly(read: () => string): string {
  try {
    return read()
  } catch {
    return ''
  }
}
