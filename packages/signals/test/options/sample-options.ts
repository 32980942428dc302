import {
  either,
  exactly,
  flag,
  group,
  listOf,
  milliseconds,
  number,
  oneOf,
  text,
  whole,
  withCheck,
} from '../../src/options.ts'

interface Item {
  readonly name: string
  readonly isOn?: boolean
}

export interface Sample {
  readonly everyMs?: number
  readonly share?: number
  readonly mode?: 'off' | 'advise' | 'act'
  readonly secret?: string
  readonly watch?: false | { readonly limitMs?: number }
  readonly items?: readonly Item[]
}

/** Options of every kind that tests read. */
export const sample = group<Sample>(
  {
    everyMs: milliseconds({ least: 10, default: 5000, description: 'time between ticks' }),
    share: number({ least: 0, most: 1, default: 0.5, description: 'a share' }),
    mode: oneOf(['off', 'advise', 'act'], { default: 'advise', description: 'how far it may go' }),
    secret: text({ isSecret: true, expected: 'an address', description: 'an address' }),
    watch: either(
      [
        exactly(false, { description: 'off' }),
        group<{ readonly limitMs?: number }>(
          { limitMs: milliseconds({ default: 100, description: 'a limit' }) },
          { description: 'how it watches' },
        ),
      ],
      { description: 'the watch' },
    ),
    items: listOf(
      withCheck(
        whole<Item>(
          { name: text({ description: 'a name' }) },
          { isOn: flag({ description: 'whether' }) },
          { description: 'an item' },
        ),
        ({ name }) => (name === 'none' ? 'has the name none' : undefined),
      ),
      { description: 'items' },
    ),
  },
  { description: 'options' },
)
