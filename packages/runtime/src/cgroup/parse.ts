/**
 * Texts of the cgroup and proc file systems as numbers. Pure; undefined means "no limit" or "not there".
 * Sources: https://docs.kernel.org/admin-guide/cgroup-v2.html, https://docs.kernel.org/admin-guide/cgroup-v1/memory.html,
 * https://docs.kernel.org/scheduler/sched-bwc.html, https://man7.org/linux/man-pages/man5/proc_stat.5.html
 */

/** A file that holds one number; `max` (v2) and `-1` (v1) mean none. */
export function parseNumber(text: string | undefined): number | undefined {
  const trimmed = text?.trim() ?? ''
  return /^\d+$/.test(trimmed) ? Number(trimmed) : undefined
}

/** The value of `key` in a flat keyed file such as `memory.stat`. */
export function parseKeyed(text: string | undefined, key: string): number | undefined {
  const match = text === undefined ? undefined : new RegExp(`^${key} (\\d+)$`, 'm').exec(text)
  return match?.[1] === undefined ? undefined : Number(match[1])
}

/** v2 `cpu.max`, `$QUOTA $PERIOD` in microseconds, as CPUs. */
export function parseCpuMax(text: string | undefined): number | undefined {
  const [quota, period] = text?.trim().split(/\s+/) ?? []
  return cpusOf(parseNumber(quota), parseNumber(period))
}

/** v1 `cpu.cfs_quota_us` and `cpu.cfs_period_us`, as CPUs. */
export function parseCfsQuota(quota: string | undefined, period: string | undefined): number | undefined {
  return cpusOf(parseNumber(quota), parseNumber(period))
}

function cpusOf(quotaUs: number | undefined, periodUs: number | undefined): number | undefined {
  return quotaUs && periodUs ? quotaUs / periodUs : undefined
}

/**
 * What a container really occupies: usage without the page cache that the kernel takes back first. This is the number
 * the kubelet evicts by (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/).
 */
export function workingSet(usage: number | undefined, inactiveFile: number | undefined): number | undefined {
  return usage === undefined ? undefined : Math.max(0, usage - (inactiveFile ?? 0))
}

/** `/proc/<pid>/cgroup`: the cgroup's path by controller; `''` is the v2 hierarchy. */
export function parseProcCgroup(text: string): ReadonlyMap<string, string> {
  const paths = new Map<string, string>()
  for (const line of text.split('\n')) {
    const match = /^\d+:([^:]*):(\/.*)$/.exec(line)
    if (match === null) continue
    for (const controller of match[1]!.split(',')) paths.set(controller, match[2]!)
  }
  return paths
}

/** CPU time of the host since boot, in clock ticks. */
export interface HostCpu {
  readonly busy: number
  readonly total: number
}

/** The first line of `/proc/stat`. Waiting for I/O is idle time; time stolen by the hypervisor is time nobody here can use. */
export function parseProcStat(text: string): HostCpu | undefined {
  const fields = /^cpu +([\d ]+)$/m.exec(text)?.[1]?.trim().split(/ +/).map(Number)
  if (fields === undefined || fields.length < 4) return undefined
  // Guest time (fields 9 and 10) is contained in user and nice already.
  const total = fields.slice(0, 8).reduce((sum, ticks) => sum + ticks, 0)
  return { total, busy: total - fields[3]! - (fields[4] ?? 0) }
}

/** `Cpus_allowed` of `/proc/<pid>/status`, a mask in hexadecimal: how many CPUs there are in it. */
export function parseAllowedCpus(text: string | undefined): number | undefined {
  const mask = text === undefined ? undefined : /^Cpus_allowed:\s*([\da-f,]+)$/m.exec(text)?.[1]
  if (mask === undefined) return undefined
  const digits = mask.match(/[\da-f]/g) ?? []
  const count = digits.reduce(
    (sum, digit) => sum + Number.parseInt(digit, 16).toString(2).replaceAll('0', '').length,
    0,
  )
  return count > 0 ? count : undefined
}
