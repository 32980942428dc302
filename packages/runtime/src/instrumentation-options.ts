import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { group, milliseconds, oneOf, signalOptions, text } from '@homeostat/signals/options'
import type { LoopSampling } from './signals/event-loop.ts'

/** Options of `RuntimeInstrumentation`. */
export interface RuntimeInstrumentationConfig extends SignalInstrumentationConfig {
  /** Length of the window that CPU utilization is measured over, in milliseconds. @default 5000 */
  windowMs?: number
  /** The cgroup's files are read at a collection (off the event loop), at most once in so many milliseconds. @default 5000 */
  refreshMs?: number
  /**
   * How the event loop is watched: at each `iteration`, which wakes nothing and sees every stall, or by a `timer` of 150 ms, which
   * costs nothing per iteration. @default iteration, where the runtime can
   */
  loopSampling?: LoopSampling
  /** The mount point of the cgroup file system. @default '/sys/fs/cgroup' */
  cgroupRoot?: string
  /** The mount point of the proc file system. @default '/proc' */
  procRoot?: string
}

export const DEFAULTS = {
  windowMs: 5000,
  refreshMs: 5000,
  cgroupRoot: '/sys/fs/cgroup',
  procRoot: '/proc',
} as const

export const instrumentationEntries: OptionEntries<RuntimeInstrumentationConfig> = {
  windowMs: milliseconds({ least: 10, default: DEFAULTS.windowMs, description: 'window of the CPU utilizations' }),
  refreshMs: milliseconds({
    least: 10,
    default: DEFAULTS.refreshMs,
    description: "the cgroup's files are read at a collection, off the event loop, at most once in this time",
  }),
  loopSampling: oneOf(['iteration', 'timer'], {
    defaultWords: '`iteration`, where the runtime can',
    description:
      'how the event loop is watched: at each `iteration`, which wakes nothing, or by a `timer` of 150 ms, which costs nothing per iteration',
  }),
  cgroupRoot: text({ default: DEFAULTS.cgroupRoot, description: 'mount point of the cgroup file system' }),
  procRoot: text({ default: DEFAULTS.procRoot, description: 'mount point of the proc file system' }),
  ...signalOptions,
}

/** The schema of `new RuntimeInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<RuntimeInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
