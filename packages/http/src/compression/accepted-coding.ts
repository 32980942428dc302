import { BoundedMap } from '@homeostat/signals'
import type { Coding } from './coding.ts'

/** A longer header is not read: no client needs it. */
const MOST_CHARS = 1000
/** Clients send few different headers. */
const MOST_KNOWN = 100

/** RFC 9110, 12.4.2: at most three decimals. Anything else is not a weight. */
const WEIGHT = /^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/

/**
 * The best coding that a client accepts, by its `Accept-Encoding` header: the one with the highest weight, and among equals the
 * first of `offered`. Undefined where the body is to be sent as it is: the client sent no header, prefers `identity`, or accepts none of
 * these. A member that is not valid is left out. Source: RFC 9110, section 12.5.3.
 *
 * @param header - as Node gives it
 * @param offered - the codings that the server has, the preferred one first
 * @example
 * ```ts no-run: internal
 * acceptedCoding('gzip;q=1, br;q=0.5', ['br', 'gzip']) // 'gzip'
 * ```
 */
export function acceptedCoding(header: string | undefined, offered: readonly Coding[]): Coding | undefined {
  if (header === undefined || header.length > MOST_CHARS) return undefined
  const weights = weightsIn(header)
  const others = weights.get('*')
  let best: Coding | undefined
  // A coding that the header does not name is refused; `identity` is the last resort.
  let bestWeight = weights.get('identity') ?? 0
  for (const coding of offered) {
    const weight = weights.get(coding) ?? others ?? 0
    const isBetter = best === undefined ? weight > 0 && weight >= bestWeight : weight > bestWeight
    if (!isBetter) continue
    best = coding
    bestWeight = weight
  }
  return best
}

/** {@link acceptedCoding} that remembers the answers: the headers of one client are all alike. */
export class AcceptedCodings {
  readonly #offered: readonly Coding[]
  readonly #known = new BoundedMap<string, Coding | null>(MOST_KNOWN)

  constructor(offered: readonly Coding[]) {
    this.#offered = offered
  }

  of(header: string | undefined): Coding | undefined {
    if (header === undefined || header.length > MOST_CHARS) return undefined
    const known = this.#known.get(header)
    if (known !== undefined) return known ?? undefined
    const coding = acceptedCoding(header, this.#offered)
    this.#known.set(header, coding ?? null)
    return coding
  }
}

/** The weight of each coding that the header names, in lower case. */
function weightsIn(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const member of header.toLowerCase().split(',')) {
    const [name = '', ...parameters] = member.split(';').map(part => part.trim())
    if (name === '') continue
    const weight = weightOf(parameters)
    // The alias is as old as HTTP (RFC 9110, 8.4.1.3). The first of two members counts.
    const coding = name === 'x-gzip' ? 'gzip' : name
    if (weight !== undefined && !weights.has(coding)) weights.set(coding, weight)
  }
  return weights
}

/** 1 where none is given; undefined for one that is not valid. */
function weightOf(parameters: readonly string[]): number | undefined {
  const given = parameters.find(parameter => /^q\s*=/.test(parameter))
  if (given === undefined) return parameters.every(parameter => parameter === '') ? 1 : undefined
  const weight = given.slice(given.indexOf('=') + 1).trim()
  return WEIGHT.test(weight) ? Number(weight) : undefined
}
