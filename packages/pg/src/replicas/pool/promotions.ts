import { writeLine } from '@homeostat/signals'
import { formatAddress, addressOf } from '../../signals/pool-address.ts'
import type { RoutableClient, RoutablePool } from './driver-shapes.ts'
import { optionsOf } from './probe.ts'
import type { Replica } from './replica.ts'

/** A replica that answers as a primary. */
export interface Promotion {
  /** Its history, in hexadecimal digits. */
  readonly timeline: string
  /** The last history of the primary that is known; empty without one. */
  readonly known: string
  /** Whether the primary does not answer, or has answered as a replica. */
  readonly isPrimaryAway: boolean
  /** When the primary was last asked something that it has answered. */
  readonly answeredAt: number
  readonly now: number
}

/** Options of the promotions. */
export interface PromotionsOptions {
  readonly primary: RoutablePool
  /** Whether the primary's pool follows a promotion. */
  readonly follows: boolean
  /** The pool leads elsewhere from now on. */
  readonly onFollow: () => void
}

/** A promotion beside a primary that still answers after this time is reported, and is never followed: until then it may be about to end. */
const BESIDE_MS = 5_000

/** Notices that a replica was promoted, says so once, and leads the primary's pool there where that is asked for. */
export class Promotions {
  readonly #options: PromotionsOptions
  readonly #noticed = new Set<string>()
  /** Since when each is no replica any more. */
  readonly #since = new Map<Replica, number>()
  readonly #reported = new Set<string>()
  /** Where the pool was led to. */
  #place: Place | undefined

  constructor(options: PromotionsOptions) {
    this.#options = options
  }

  /** How many promotions were noticed. */
  get count(): number {
    return this.#noticed.size
  }

  /** Whether a client leads to a server that was the primary before the pool was led elsewhere. */
  isElsewhere({ host, port }: RoutableClient): boolean {
    const place = this.#place
    return place !== undefined && (host !== place.host || Number(port) !== place.port)
  }

  /** A replica answers as one, whatever it was before. */
  replicates(replica: Replica): void {
    this.#since.delete(replica)
  }

  noticed(replica: Replica, { timeline, known, isPrimaryAway, answeredAt, now }: Promotion): void {
    // The primary's own address leads to it.
    if (timeline === known && !isPrimaryAway) return this.replicates(replica)
    const { name } = replica
    const key = `${name} ${timeline}`
    this.#noticed.add(key)
    const since = this.#since.get(replica) ?? now
    this.#since.set(replica, since)
    const primary = formatAddress(addressOf(this.#options.primary.options))
    const isBeside = answeredAt - since > BESIDE_MS
    if (isBeside)
      this.#report(
        `${key} beside`,
        `the replica ${name} was promoted beside its primary ${primary}: it is not read from. Make it a replica again, or leave it out of the option replicas`,
      )
    if (!isPrimaryAway) return
    const moved = `the primary ${primary} takes no writes, and its replica ${name} was promoted`
    if (isBeside)
      return this.#report(
        key,
        `${moved} while the primary still answered, so it may lack writes and is not followed: writes fail until the primary is back`,
      )
    if (!this.#options.follows)
      return this.#report(
        key,
        `${moved}: writes fail. Let the address of the primary lead to ${name}, or set the option followPromotions`,
      )
    // A server that has not answered since the start may be the primary of another history.
    if (!(Number.parseInt(timeline, 16) > Number.parseInt(known, 16)))
      return this.#report(
        key,
        `${moved}, and is not followed, as its history is not known to continue that of the primary: writes fail. Let the address of the primary lead to ${name}`,
      )
    const place = lead(this.#options.primary, replica.pool)
    if (place === undefined)
      return this.#report(
        key,
        `${moved}, and cannot be followed, as the pool of the primary is not given as a host and a port: writes fail. Let the address of the primary lead to ${name}`,
      )
    if (place.host === this.#place?.host && place.port === this.#place.port) return
    this.#place = place
    this.#report(
      `${key} followed`,
      `${moved}: statements go there from now on. Change the configuration, as a new process begins with ${primary}`,
    )
    this.#options.onFollow()
  }

  #report(key: string, line: string): void {
    if (this.#reported.has(key)) return
    this.#reported.add(key)
    writeLine('warn', `@homeostat/pg: ${line}`)
  }
}

interface Place {
  readonly host: string
  readonly port: number
}

/**
 * Lets a pool connect to the server of another pool, as the same user and with the same settings. New connections lead there.
 *
 * @returns where to; undefined where it cannot be led, and stays as it was
 */
function lead(pool: RoutablePool, to: RoutablePool): Place | undefined {
  const host = hostOf(to, optionsOf(to))
  const options = pool.options as Record<string, unknown>
  if (host === undefined || options['stream'] !== undefined) return undefined
  const changed: Record<string, unknown> = { ...host }
  const { connectionString } = options
  if (typeof connectionString === 'string') {
    if (!URL.canParse(connectionString)) return undefined
    const url = new URL(connectionString)
    url.hostname = host.host.includes(':') ? `[${host.host}]` : host.host
    url.port = String(host.port)
    changed['connectionString'] = url.href
  }
  // What a connection string says in other ways may win.
  const reached = hostOf(pool, { ...optionsOf(pool), ...changed })
  if (reached?.host !== host.host || reached.port !== host.port) return undefined
  Object.assign(options, changed)
  return host
}

/** The host and port as pg finds them. */
function hostOf(pool: RoutablePool, options: object): Place | undefined {
  const { host, port } = new pool.Client(options)
  return typeof host === 'string' && host !== '' ? { host, port: Number(port) } : undefined
}
