import type { OptionSchema } from '@homeostat/signals/options'
import { group, milliseconds, number, text } from '@homeostat/signals/options'

/** How the network is measured. Linux only. */
export interface NetworkOptions {
  /**
   * What the link carries per direction, in megabits per second: the bandwidth of the instance type. Virtual machines and containers do not
   * know it. @default as the interfaces report, where they know it
   */
  readonly linkMegabits?: number
  /** The kernel's files are read at a collection, off the event loop, at most once in this time, in milliseconds. @default 5000 */
  readonly refreshMs?: number
  /** The mount point of the proc file system. @default '/proc' */
  readonly procRoot?: string
  /** The mount point of the sys file system. @default '/sys' */
  readonly sysRoot?: string
}

export const NETWORK_DEFAULTS = {
  linkMegabits: undefined,
  refreshMs: 5000,
  procRoot: '/proc',
  sysRoot: '/sys',
} as const

/** The schema of the key `http.network`. */
export const networkOptions: OptionSchema<NetworkOptions> = group<NetworkOptions>(
  {
    linkMegabits: number({
      least: 0.001,
      most: 10_000_000,
      unit: 'Mbit/s',
      defaultWords: 'as the interfaces report',
      whenWrong: 'what the interfaces report is used',
      description: 'what the link carries per direction; virtual machines and containers do not know it',
    }),
    refreshMs: milliseconds({
      least: 10,
      default: NETWORK_DEFAULTS.refreshMs,
      description: "the kernel's files are read at a collection, off the event loop, at most once in this time",
    }),
    procRoot: text({ default: NETWORK_DEFAULTS.procRoot, description: 'mount point of the proc file system' }),
    sysRoot: text({ default: NETWORK_DEFAULTS.sysRoot, description: 'mount point of the sys file system' }),
  },
  { description: 'how the network is measured, on Linux' },
)
