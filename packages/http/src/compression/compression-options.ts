import type { OptionSchema } from '@homeostat/signals/options'
import { flag, group, listOf, text } from '@homeostat/signals/options'

/** Options of compression. */
export interface CompressionOptions {
  /**
   * Routes, by template, whose responses are never compressed: those that mix a secret with what a client sent, whose length tells an
   * attacker about the secret (BREACH, https://breachattack.com). It holds for every adapter, and for every method, also where one stands
   * before the template. @default none
   */
  readonly exclude?: readonly string[]
  /**
   * Whether bodies are compressed at all levels now and then, to learn which of them pays per route. It takes half a percent of one CPU at
   * most. @default true
   */
  readonly measure?: boolean
}

/** The schema of the option `compression`. */
export const compressionOptions: OptionSchema<CompressionOptions> = group<CompressionOptions>(
  {
    exclude: listOf(text({ description: 'a route template, e.g. `/account/:id`' }), {
      description:
        'routes whose responses are never compressed, since they mix secrets with what a client sent (BREACH)',
      defaultWords: 'none',
    }),
    measure: flag({
      default: true,
      description: 'learns which level pays per route, with half a percent of one CPU at most',
    }),
  },
  { description: 'what is compressed by the adapters of this package' },
)
