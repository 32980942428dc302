import { access } from 'node:fs/promises'
import { join } from 'node:path'
import { readRegularFile } from '@homeostat/signals'
import type { InterfaceTotals, TcpTotals } from './kernel-counters.ts'
import { parseDefaultInterfaces, parseInterfaces, parseSpeed, parseTcp } from './kernel-counters.ts'

/** One reading of the network namespace of this process. */
export interface NetworkReading {
  readonly receivedBytes: number
  readonly transmittedBytes: number
  readonly tcp: TcpTotals | undefined
  /** What the interfaces report to carry per direction, in bytes per second; undefined where one of them does not know. */
  readonly linkBytesPerSecond: number | undefined
}

/** The mount points of the kernel's file systems. */
export interface KernelRoots {
  readonly procRoot: string
  readonly sysRoot: string
}

const MOST_BYTES = 1_000_000

/**
 * Reads what the interfaces that lead outside have carried. Others are left out where there is a default route: on a host with containers each
 * packet also passes a bridge, and would count twice.
 *
 * @returns undefined where the kernel has no such files: outside Linux, or in a sandbox
 */
export async function readNetwork({ procRoot, sysRoot }: KernelRoots): Promise<NetworkReading | undefined> {
  const net = join(procRoot, 'self', 'net')
  const [devices, snmp, routes] = await Promise.all(['dev', 'snmp', 'route'].map(name => textOf(join(net, name))))
  if (devices === undefined) return undefined
  const all = parseInterfaces(devices)
  const outside = parseDefaultInterfaces(routes ?? '')
  const used = all.some(({ name }) => outside.has(name)) ? all.filter(({ name }) => outside.has(name)) : all
  return {
    receivedBytes: sum(used.map(({ receivedBytes }) => receivedBytes)),
    transmittedBytes: sum(used.map(({ transmittedBytes }) => transmittedBytes)),
    tcp: snmp === undefined ? undefined : parseTcp(snmp),
    linkBytesPerSecond: await linkSpeed(used, sysRoot),
  }
}

async function linkSpeed(used: readonly InterfaceTotals[], sysRoot: string): Promise<number | undefined> {
  const speeds = await Promise.all(used.map(({ name }) => speedOf(join(sysRoot, 'class', 'net', name))))
  return speeds.length === 0 || speeds.includes(undefined) ? undefined : sum(speeds as number[])
}

/** Only a device has a speed. The pair of a container (veth) reports 10 Gbit/s, whatever the host can carry. */
async function speedOf(folder: string): Promise<number | undefined> {
  try {
    await access(join(folder, 'device'))
  } catch {
    return undefined
  }
  const text = await textOf(join(folder, 'speed'))
  return text === undefined ? undefined : parseSpeed(text)
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readRegularFile(path, MOST_BYTES)
  } catch {
    // Not there, not readable, or a driver that refuses: then there is no value.
    return undefined
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
