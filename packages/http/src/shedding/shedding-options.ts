import type { OptionSchema } from '@homeostat/signals/options'
import { either, flag, group, milliseconds, oneOf, recordOf, wholeNumber } from '@homeostat/signals/options'
import type { GivenPriority } from './priority.ts'
import { problemOfRoute } from './priority-routes.ts'
import { SHED_DEFAULTS } from './shed-law.ts'

/** How requests are refused under overload. */
export interface SheddingOptions {
  /**
   * How long a turn of the event loop may take under overload, in milliseconds: a request waits for about two turns. Requests that need
   * longer raise it to four of them. @default 15
   */
  readonly targetDelayMs?: number
  /** How much more work than can be served must have piled up before the first request is refused, in milliseconds. @default 200 */
  readonly excessMs?: number
  /** So long after the first request it takes five times as much, in milliseconds: a process that has just started is slow. @default 10000 */
  readonly warmUpMs?: number
  /** The limit of requests in flight never falls below this number. @default 10 */
  readonly leastInFlight?: number
  /**
   * Priorities by `GET /users/:id`, or by `/users/:id` for all methods: templates of routes, and for Express and plain servers also paths. `exempt` is never refused. @default paths of health checks are
   * exempt, and others are learned
   */
  readonly priorities?: Readonly<Record<string, GivenPriority>>
}

/** The schema of the key `http.shed`. */
export const sheddingOptions: OptionSchema<boolean | SheddingOptions> = either(
  [
    flag({ description: 'whether requests are refused' }),
    group<SheddingOptions>(
      {
        targetDelayMs: milliseconds({
          least: 1,
          most: 60_000,
          default: SHED_DEFAULTS.targetDelayMs,
          description: 'how long a turn of the event loop may take under overload; a request waits for about two turns',
        }),
        excessMs: milliseconds({
          least: 1,
          most: 3_600_000,
          default: SHED_DEFAULTS.excessMs,
          description: 'how much more work than can be served must have piled up before the first request is refused',
        }),
        warmUpMs: milliseconds({
          least: 0,
          default: SHED_DEFAULTS.warmUpMs,
          description: 'so long after the first request five times as much must have piled up',
        }),
        leastInFlight: wholeNumber({
          least: 1,
          most: 1_000_000,
          default: SHED_DEFAULTS.leastInFlight,
          description: 'the limit of requests in flight never falls below this number',
        }),
        priorities: recordOf(oneOf(['exempt', 'high', 'normal', 'low'], { description: 'the priority of a route' }), {
          defaultWords: 'health checks are exempt, others are learned',
          whenWrong: 'health checks are exempt, and others are learned',
          problemOfName: problemOfRoute,
          description: 'priorities by `GET /users/:id`, or by `/users/:id` for all methods; `exempt` is never refused',
        }),
      },
      { description: 'how requests are refused' },
    ),
  ],
  {
    defaultWords: '`false`',
    description:
      'load shedding: under overload requests are refused with status 503, in mode `act` only; see the adapters',
  },
)
