import type { LookupAddress } from 'node:dns'
import type { Agent } from 'node:http'
import type { BlockList } from 'node:net'
import { within } from '@homeostat/signals'
import { edgeAnswerOf, type EdgeAnswer } from './edge-answer.ts'
import { familyOf, isPublicAddress, isWithin } from './public-address.ts'
import { late } from './late-modules.ts'
import { isAskable } from './shareable-response.ts'

/** The header by which the origin knows our requests. The edge passes it on, as it does with all that it does not know. */
export const WARMING_HEADER = 'homeostat-warming'

const LOOKUP_TIMEOUT_MS = 5000
const REQUEST_TIMEOUT_MS = 10_000
/** A body that is longer is not read to its end. */
const MOST_BYTES = 10_000_000
const MOST_ADDRESSES = 100

/** One request through the edge. */
export interface EdgeReply {
  readonly status: number
  readonly said: EdgeAnswer
  readonly durationMs: number
}

/** Options of {@link EdgeClient}. */
export interface EdgeClientOptions {
  /** Scheme, host and port of the edge: the only host that is ever asked. */
  readonly edge: URL
  /** Addresses beside the public ones that the edge may have. */
  readonly addresses: BlockList
}

/** The edge has an address that it must not have, or none. */
export class EdgeAddressError extends Error {
  override readonly name = 'EdgeAddressError'
  readonly code = 'HOMEOSTAT_EDGE_ADDRESS'

  constructor(why: string) {
    super(`nothing was requested: ${why}`)
  }
}

/** An address of the edge that was checked; requests go there, whatever its name means a second later. */
export interface PinnedEdge {
  readonly address: string
  readonly agent: Agent
}

/**
 * Asks the edge for content, and nobody else. Its name is resolved once per pass and every address is checked; connections go to the
 * address that was checked, so a second answer of the resolver changes nothing. Redirects are not followed.
 */
export class EdgeClient {
  readonly #edge: URL
  readonly #addresses: BlockList

  constructor({ edge, addresses }: EdgeClientOptions) {
    this.#edge = edge
    this.#addresses = addresses
  }

  /**
   * Resolves the edge. Dispose of what it returns.
   *
   * @param connections - most at a time
   * @throws EdgeAddressError - an address is not public and not one of those that were allowed, or there is none
   */
  async pin(connections: number): Promise<PinnedEdge & Disposable> {
    const name = this.#edge.hostname.replace(/^\[(.*)\]$/, '$1')
    const addresses = familyOf(name) === 0 ? await resolved(name) : [name]
    const [address] = addresses
    if (address === undefined) throw new EdgeAddressError('the host of the option warming.edge has no address')
    // One bad address among good ones is how a resolver is abused, so all of them count.
    if (!addresses.every(each => isPublicAddress(each) || isWithin(this.#addresses, each)))
      throw new EdgeAddressError(
        'the host of the option warming.edge has an address that is not public; list its range in warming.addresses if that is meant',
      )
    const options = { keepAlive: true, maxSockets: connections, timeout: REQUEST_TIMEOUT_MS }
    const agent = new (this.#isSecure ? late.https : late.http).Agent(options)
    return { address, agent, [Symbol.dispose]: () => agent.destroy() }
  }

  /**
   * Requests a path and throws its body away.
   *
   * @throws RangeError - it is not a path that may be asked for
   */
  async get(
    { address, agent }: PinnedEdge,
    path: string,
    acceptEncoding: string,
    signal: AbortSignal,
  ): Promise<EdgeReply> {
    if (!isAskable(path)) throw new RangeError('a path that may not be asked for')
    const { hostname, host, port } = this.#edge
    const name = hostname.replace(/^\[(.*)\]$/, '$1')
    const startedAt = performance.now()
    return new Promise<EdgeReply>((resolve, reject) => {
      const request = (this.#isSecure ? late.https : late.http).request({
        agent,
        host: address,
        ...(port !== '' && { port }),
        // The certificate has to be that of the name. An address is not a name that TLS sends.
        ...(this.#isSecure && familyOf(name) === 0 && { servername: name }),
        method: 'GET',
        path,
        headers: {
          Host: host,
          Accept: '*/*',
          'Accept-Encoding': acceptEncoding === '' ? 'identity' : acceptEncoding,
          'User-Agent': 'homeostat-warming',
          [WARMING_HEADER]: '?1',
        },
        signal,
        timeout: REQUEST_TIMEOUT_MS,
      })
      request
        .on('timeout', () => request.destroy(new Error('the edge did not answer in time')))
        .on('error', reject)
        .on('response', response => {
          let bytes = 0
          const { statusCode: status = 0, headers } = response
          const reply = (): void =>
            resolve({ status, said: edgeAnswerOf(headers), durationMs: performance.now() - startedAt })
          response
            .on('data', (part: Buffer) => {
              bytes += part.length
              if (bytes <= MOST_BYTES) return
              reply()
              response.destroy()
            })
            .on('error', reject)
            .on('end', reply)
        })
        .end()
    })
  }

  get #isSecure(): boolean {
    return this.#edge.protocol === 'https:'
  }
}

async function resolved(name: string): Promise<readonly string[]> {
  const tooLate = (): Error => new EdgeAddressError('the host of the option warming.edge was not resolved in time')
  const found = await within(
    LOOKUP_TIMEOUT_MS,
    () =>
      new Promise<readonly LookupAddress[]>((resolve, reject) => {
        // Read from the module, so that a resolver that an application puts there is used as well.
        late.dns.lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)))
      }),
    tooLate,
  ).catch((error: unknown) => {
    if (error instanceof EdgeAddressError) throw error
    throw new EdgeAddressError('the host of the option warming.edge could not be resolved')
  })
  return found.slice(0, MOST_ADDRESSES).map(({ address }) => address)
}
