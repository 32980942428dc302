import type { SignalInstrumentationConfig } from '@homeostat/signals'
import type { OptionEntries, OptionSchema } from '@homeostat/signals/options'
import { group, milliseconds, number, signalOptions, wholeNumber } from '@homeostat/signals/options'

/** Options of `BullMQInstrumentation`. */
export interface BullMQInstrumentationConfig extends SignalInstrumentationConfig {
  /** How often each queue is read, in milliseconds. @default 5000 */
  pollIntervalMs?: number
  /** A reading without an answer for this time is reported as a failure, in milliseconds. @default pollIntervalMs */
  timeoutMs?: number
  /** After so many intervals without an answer the last values are no longer reported. @default 3 */
  staleAfterPolls?: number
  /**
   * How long the oldest job may wait when workers are scaled on `homeostat.queue.concurrency.needed`, in seconds. It changes that metric
   * only. @default 30, and `maxWaitSeconds` in `homeostat()`
   */
  targetAgeSeconds?: number
}

export const DEFAULTS = { pollIntervalMs: 5000, staleAfterPolls: 3, targetAgeSeconds: 30 } as const

export const instrumentationEntries: OptionEntries<BullMQInstrumentationConfig> = {
  pollIntervalMs: milliseconds({
    least: 10,
    default: DEFAULTS.pollIntervalMs,
    description: 'how often each queue is read',
  }),
  timeoutMs: milliseconds({
    defaultWords: '`pollIntervalMs`',
    description: 'a reading without an answer for this long is reported in `homeostat.errors`',
  }),
  staleAfterPolls: wholeNumber({
    least: 1,
    most: 1000,
    default: DEFAULTS.staleAfterPolls,
    description: 'after so many intervals without an answer the last values are no longer reported',
  }),
  targetAgeSeconds: number({
    least: 1,
    most: 604_800,
    unit: 's',
    defaultWords: '`maxWaitSeconds`, else `30`',
    description: 'how long the oldest job may wait where workers are scaled on `homeostat.queue.concurrency.needed`',
  }),
  ...signalOptions,
}

/** The schema of `new BullMQInstrumentation(config)`. */
export const instrumentationOptions: OptionSchema<BullMQInstrumentationConfig> = group(instrumentationEntries, {
  description: 'options of the instrumentation',
})
