import type { Reclaimer } from '@homeostat/optimizer'
import type { OptionSchema } from '@homeostat/signals/options'
import { callback, group, objectWith, text, whole } from '@homeostat/signals/options'
import type { TempFolder } from './actions/temp-folder.ts'
import type { RuntimeInstrumentationConfig } from './instrumentation-options.ts'
import { instrumentationEntries } from './instrumentation-options.ts'

/** Options of the runtime domain: those of its instrumentation, rules and actions. */
export interface RuntimeOptions extends RuntimeInstrumentationConfig {
  /** What else `memory.cleanup` runs, beside the temp folder; asked anew at each run. @default none */
  reclaimers?: () => readonly Reclaimer[]
  /** The application's temp files that may be cleaned up, from `createTempFolder()`. @default none */
  tempFolder?: TempFolder
}

/** The schema of `runtime(options)` and of the key `runtime` of `homeostat()`. */
export const runtimeOptions: OptionSchema<RuntimeOptions> = group<RuntimeOptions>(
  {
    ...instrumentationEntries,
    reclaimers: callback({
      defaultWords: 'none',
      description: 'what else `memory.cleanup` runs, asked at each run; `homeostat()` passes those of all packages',
    }),
    tempFolder: whole<TempFolder>(
      {
        path: text({ description: 'the folder' }),
        reclaimer: objectWith<Reclaimer>(['reclaim'], { description: 'what removes old files' }),
      },
      {},
      {
        defaultWords: 'none',
        expected: 'what createTempFolder() returns',
        description: 'temp files of the application that may be cleaned up, from `createTempFolder()`',
        isOpen: true,
      },
    ),
  },
  { description: "the package's own options and its `mode`; `false` leaves it out", defaultWords: 'on' },
)
