import { constants } from 'node:os'
import type { OptionEntries } from '@homeostat/signals/options'
import { either, exactly, filePath, flag, group, milliseconds, oneOf } from '@homeostat/signals/options'
import type { HomeostatOptions } from './options.ts'

/**
 * Signals that are free for an application to use. To listen to any other one takes it from somebody: the process would no
 * longer end on SIGTERM or SIGINT, hang after a crash (SIGSEGV), or be switched by each child that ends (SIGCHLD).
 */
const SIGNALS = (['SIGUSR2', 'SIGUSR1', 'SIGHUP', 'SIGURG', 'SIGIO', 'SIGPWR', 'SIGBREAK'] as const).filter(
  signal => signal in constants.signals,
)

/** The options of what stops all actions. */
export const killSwitchEntries: OptionEntries<Pick<HomeostatOptions, 'killFile' | 'killSignal' | 'watchdog'>> = {
  killFile: filePath({
    defaultWords: 'none',
    description: 'stops all actions while it exists, unless it is empty or says `0`, `false`, `no` or `off`',
    whenWrong: 'NO kill file is watched, so none can stop actions',
  }),
  killSignal: either([exactly(false, { description: 'none' }), oneOf(SIGNALS, { description: 'a signal' })], {
    defaultWords: '`SIGUSR2`, where something may act and nothing else listens',
    description: 'stops all actions, and lets them go on when it comes again; `false` for none',
    expected: 'a signal that has no other task in a process, e.g. SIGUSR2 or SIGHUP, or false',
    whenWrong: 'that signal does NOT stop actions, SIGUSR2 does where something may act and nothing else listens',
  }),
  watchdog: either(
    [
      flag({ description: 'whether there is one' }),
      group<{ readonly limitMs?: number }>(
        {
          limitMs: milliseconds({
            least: 100,
            most: 3_600_000,
            default: 10_000,
            description: 'how long the event loop may be blocked before the watchdog stops all actions',
          }),
        },
        { description: 'when it stops actions' },
      ),
    ],
    {
      defaultWords: '`true`, where something may act',
      description:
        'a thread that stops all actions when the event loop was blocked for too long; they go on after a calm minute',
    },
  ),
}
