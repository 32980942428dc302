import { createHash } from 'node:crypto'
import { readFileSync, readlinkSync } from 'node:fs'
import { hostname } from 'node:os'

/** Which process it is: a number is used again, a number with its start is not, within one boot of one machine. */
export interface ProcessIdentity {
  /** Hash of host, boot and pid namespace: only within the same one do pids mean anything. */
  readonly machine: string
  readonly pid: number
  /** When it started, in the unit of the system; `0` where the system does not report it. */
  readonly startedAt: string
}

export function ownIdentity(): ProcessIdentity {
  const parts = [hostname(), readText('/proc/sys/kernel/random/boot_id'), pidNamespace()]
  const machine = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 12)
  return { machine, pid: process.pid, startedAt: startOf(process.pid) ?? '0' }
}

/** Undefined when it is not known, because the process ran on another host, in another container, or before the last boot. */
export function isAlive(identity: ProcessIdentity, own: ProcessIdentity): boolean | undefined {
  if (identity.machine !== own.machine) return undefined
  return startOf(identity.pid) === identity.startedAt
}

/** Undefined when no such process runs. */
function startOf(pid: number): string | undefined {
  if (!exists(pid)) return undefined
  if (process.platform === 'linux') return startFromProc(pid)
  if (process.platform === 'win32') return '0'
  try {
    // Not imported: on Linux nothing needs it.
    const { execFileSync } = process.getBuiltinModule('node:child_process')
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 1000 })
    return started.replaceAll(/\D/g, '') || '0'
  } catch {
    return '0'
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** Fields 3 (state) and 22 (start, in clock ticks since boot) of proc_pid_stat(5); the name before them may hold spaces and brackets. */
function startFromProc(pid: number): string | undefined {
  const stat = readText(`/proc/${pid}/stat`)
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  // A zombie has ended; it only waits for its parent to look.
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid')
  } catch {
    return ''
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return ''
  }
}
