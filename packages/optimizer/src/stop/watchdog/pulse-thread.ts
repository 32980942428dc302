import { RestartedThread } from '@homeostat/signals'
import { WatchdogLostError } from './loop-blocked-error.ts'
import type { PulseReaderOptions } from './pulse.ts'
import { PULSE_READER } from './pulse.ts'

/** The thread holds a timer and two numbers. */
const LIMITS = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 }

/** The watchdog's thread, which reads the pulse of the event loop. */
export class PulseThread extends RestartedThread {
  constructor(task: PulseReaderOptions, onLost: (error: WatchdogLostError) => void, program: string = PULSE_READER) {
    super({
      program,
      eval: true,
      task,
      name: 'homeostat watchdog',
      limits: LIMITS,
      onLost: ({ why, waitMs, cause }) => onLost(new WatchdogLostError(why, waitMs, cause)),
    })
  }
}
