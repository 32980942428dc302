import type { Coordinator, StateStore } from '@homeostat/optimizer'
import type { ServerEngine } from '@homeostat/optimizer/engines'
import type { OptionEntries } from '@homeostat/signals/options'
import { either, exactly, objectWith, oneOf } from '@homeostat/signals/options'
import type { HomeostatOptions } from './options.ts'

const coordinator = objectWith<Coordinator>(
  [
    'acquire',
    'renew',
    'release',
    'isCurrent',
    'record',
    'settle',
    'orphans',
    'beat',
    'leave',
    'takeSlot',
    'freeSlot',
    Symbol.asyncDispose,
  ],
  { description: 'a coordinator', expected: 'a coordinator' },
)

const stateStore = objectWith<StateStore>(['read', 'write', Symbol.asyncDispose], {
  description: 'a store',
  expected: 'a state store',
})

/** The options that name a kind of server. */
export function engineEntries(
  engines: readonly ServerEngine[],
): OptionEntries<Pick<HomeostatOptions, 'coordinator' | 'stateStore'>> {
  const names = engines.map(({ name }) => name)
  return {
    coordinator: either(
      [
        exactly(false, { description: 'none' }),
        oneOf(names, { description: 'the server that the application uses' }),
        coordinator,
      ],
      {
        default: false,
        description:
          'how the processes of a service coordinate: the `redis` or `postgres` in use, an engine of a domain of yours, or a coordinator; without one, shared actions are refused',
        whenWrong: 'no coordinator is used, so shared actions are refused',
      },
    ),
    stateStore: either([oneOf([...names, 'file'], { description: 'where the server or the folder is' }), stateStore], {
      defaultWords: '`file` where `stateDir` names a folder, else nothing is kept',
      whenWrong: 'what is learned is kept in `stateDir` if that is set',
      description:
        'where evidence, forecasts and quiet levels are kept: `redis`, `postgres`, an engine of yours, `file`, or a store; see [state](../optimizer/docs/state.md)',
    }),
  }
}
