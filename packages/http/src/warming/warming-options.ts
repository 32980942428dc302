import type { OptionSchema } from '@homeostat/signals/options'
import { group, listOf, number, text, wholeNumber, withCheck } from '@homeostat/signals/options'
import { familyOf, isPublicAddress, isWithin, rangesOf } from './public-address.ts'

/** Options of `cdn.warmPopularContent`. */
export interface WarmingOptions {
  /**
   * Scheme and host of the cache in front of this application, as browsers use it, e.g. `https://www.example.com`. It is the only host that
   * is ever asked. @default none: nothing is warmed, and no URL is counted
   */
  readonly edge?: string
  /** Ranges of addresses beside the public ones that the edge may have, e.g. `10.1.0.0/16`. @default none */
  readonly addresses?: readonly string[]
  /** How many of the most popular URLs are warmed. @default 200 */
  readonly urls?: number
  /** Most requests per second. @default 5 */
  readonly requestsPerSecond?: number
  /** Most requests at the same time. @default 2 */
  readonly concurrency?: number
}

export const DEFAULT_URLS = 200
export const DEFAULT_REQUESTS_PER_SECOND = 5
export const DEFAULT_CONCURRENCY = 2

/** The origin of an edge; undefined for what is not one. */
export function edgeOf(given: string): URL | undefined {
  const url = URL.parse(given)
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.hostname === '') return undefined
  const isOrigin =
    url.username === '' && url.password === '' && url.search === '' && url.hash === '' && url.pathname === '/'
  return isOrigin ? url : undefined
}

function isRange(range: string): boolean {
  try {
    rangesOf([range])
    return true
  } catch {
    return false
  }
}

/** Whether the edge is given as an address that would never be asked. A host is looked up when it is asked, and may change. */
function isOutOfReach({ edge = '', addresses = [] }: WarmingOptions): boolean {
  const address = URL.parse(edge)?.hostname.replace(/^\[|\]$/g, '') ?? ''
  if (familyOf(address) === 0 || isPublicAddress(address)) return false
  return !isWithin(rangesOf(addresses), address)
}

/** The schema of the option `warming`. */
export const warmingOptions: OptionSchema<WarmingOptions> = withCheck(
  group<WarmingOptions>(
    {
      edge: withCheck(
        text({
          description: 'scheme and host of the cache in front of this application, the only host that is ever asked',
          defaultWords: 'none: nothing is warmed',
          whenWrong: 'nothing is warmed',
        }),
        given =>
          edgeOf(given) === undefined ? 'must be an http or https origin, as https://www.example.com is' : undefined,
      ),
      addresses: listOf(
        withCheck(text({ description: 'an address, or address/bits', whenWrong: 'it is left out' }), range =>
          isRange(range) ? undefined : 'must be an address or a range, as 10.1.0.0/16 is',
        ),
        {
          description: 'ranges of addresses beside the public ones that the edge may have, e.g. `10.1.0.0/16`',
          defaultWords: 'none',
        },
      ),
      urls: wholeNumber({
        least: 1,
        most: 1000,
        default: DEFAULT_URLS,
        description: 'how many of the most popular URLs are warmed',
      }),
      requestsPerSecond: number({
        least: 0.1,
        most: 50,
        default: DEFAULT_REQUESTS_PER_SECOND,
        description: 'most requests per second',
      }),
      concurrency: wholeNumber({
        least: 1,
        most: 10,
        default: DEFAULT_CONCURRENCY,
        description: 'most requests at the same time',
      }),
    },
    { description: 'popular content that is kept warm at the edge', whenWrong: 'nothing is warmed' },
  ),
  warming =>
    isOutOfReach(warming) ? 'has an edge with an address that is not public; list its range in addresses' : undefined,
)
