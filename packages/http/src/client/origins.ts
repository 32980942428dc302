import { BoundedMap, hostPart, UNKNOWN_PART, type Registry } from '@homeostat/signals'
import type { OriginName } from './origin.ts'
import { Origin } from './origin.ts'

/** Stands for all origins beyond the bound. */
export const OTHER_ORIGIN = '_OTHER'
/** Spellings of origins that are kept, so that none has to be parsed per request. */
const MOST_SPELLINGS = 1000

/** The origins that the application has called, each from its first request. Their number is bounded. */
export class Origins {
  readonly #registry: Registry
  readonly #most: number
  readonly #bySpelling = new BoundedMap<string, Origin>(MOST_SPELLINGS)
  readonly #byName = new Map<string, Origin>()
  #other: Origin | undefined

  constructor(registry: Registry, most: number) {
    this.#registry = registry
    this.#most = most
  }

  /**
   * The origin of a text such as `https://api.example.com:8443`. User-info, paths and queries are never kept in a name.
   *
   * @returns undefined for what is not an address of HTTP
   */
  of(spelling: unknown): Origin | undefined {
    const text = typeof spelling === 'string' ? spelling : textOf(spelling)
    if (text === undefined) return undefined
    return this.#bySpelling.get(text) ?? this.#find(text)
  }

  all(): Iterable<Origin> {
    return this.#other === undefined ? this.#byName.values() : [...this.#byName.values(), this.#other]
  }

  /** Whether requests went to a host; addresses are compared as they are exported. */
  hasHost(host: string): boolean {
    for (const { name } of this.#byName.values()) if (name.address === host) return true
    return false
  }

  #find(text: string): Origin | undefined {
    const name = originName(text)
    if (name === undefined) return undefined
    const key = originText(name)
    let origin = this.#byName.get(key)
    if (origin === undefined) {
      if (this.#byName.size >= this.#most)
        origin = this.#other ??= new Origin(this.#registry, {
          scheme: OTHER_ORIGIN,
          address: OTHER_ORIGIN,
          port: undefined,
        })
      else this.#byName.set(key, (origin = new Origin(this.#registry, name)))
    }
    this.#bySpelling.set(text, origin)
    return origin
  }
}

/** A `URL`, also one of another realm. */
function textOf(spelling: unknown): string | undefined {
  const { origin } = (spelling ?? {}) as { readonly origin?: unknown }
  return typeof origin === 'string' ? origin : undefined
}

/** The parts of an address of HTTP that may leave the process; undefined for any other text. */
export function originName(text: string): OriginName | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, hostname, port } = new URL(text)
  const scheme = protocol.slice(0, -1)
  if (scheme !== 'http' && scheme !== 'https') return undefined
  const address = hostPart(hostname.replace(/^\[|\]$/g, '')) ?? UNKNOWN_PART
  return { scheme, address, port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port) }
}

/** The text of an origin, e.g. `https://api.example.com`: the port only where it is not the usual one. */
export function originText({ scheme, address, port }: OriginName): string {
  const host = address.includes(':') ? `[${address}]` : address
  const isUsual = port === undefined || port === (scheme === 'https' ? 443 : 80)
  return `${scheme}://${host}${isUsual ? '' : `:${port}`}`
}
