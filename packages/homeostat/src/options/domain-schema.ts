import type { Domain } from '@homeostat/optimizer'
import type { OptionSchema } from '@homeostat/signals/options'
import { objectWith, text, whole } from '@homeostat/signals/options'

type AnyInstrumentation = NonNullable<Domain['instrumentation']>

/** The least that a package of the application needs; its other fields, its rules, responses and actions are checked one by one. */
export const domainSchema: OptionSchema<Domain> = whole<Domain>(
  { name: text({ description: 'a short name' }) },
  {
    instrumentation: whole<AnyInstrumentation>(
      {
        registry: objectWith<AnyInstrumentation['registry']>(
          ['producer', 'observe', 'bindMeterProvider', 'collect', 'clearLevels', 'runObservers'],
          {
            description: 'where its signals are counted',
            expected: 'a Registry of @homeostat/signals',
          },
        ),
      },
      {},
      { description: 'an instrumentation', expected: 'a SignalInstrumentation of @homeostat/signals', isOpen: true },
    ),
  },
  {
    description: 'a package',
    expected: 'a package: a name, and any of instrumentation, rules, responses, actions, knobs',
    isOpen: true,
  },
)
