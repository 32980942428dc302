import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** A page of ours sends it with each change. A form or an image of another page cannot. */
export const CHANGE_HEADER = 'x-homeostat-console'

/** Why a request is not answered. */
export interface Rejection {
  readonly status: 401 | 403 | 421
  readonly text: string
}

/** A request as far as it decides whether it is answered. */
export interface Asking {
  readonly headers: IncomingHttpHeaders
  /** Whether it changes something. */
  readonly isChange: boolean
  /** Whether it asks for the files of the page, which are public. */
  readonly isPublic: boolean
}

const LOOPBACK = /^(localhost|[\w-]+\.localhost|127(\.\d{1,3}){3}|\[::1\])$/i

/**
 * Decides who is answered. Without a token, the console is for browsers and programs of this machine:
 *
 * - The `Host` has to be a name of the loopback address. A page from elsewhere whose name was pointed at 127.0.0.1 (DNS rebinding) sends its
 *   own name. With a token there is no such check, because that page does not have the token.
 * - A browser says by `Sec-Fetch-Site` that another page asks, and such a request is refused.
 * - A change needs a header that only our page sends, and the page's own `Origin` (https://owasp.org/www-community/attacks/csrf).
 */
export class Gate {
  readonly #token: Buffer | undefined

  constructor(token: string | undefined) {
    this.#token = token === undefined ? undefined : digestOf(token)
  }

  /** Undefined where the request may be answered. */
  rejectionOf({ headers, isChange, isPublic }: Asking): Rejection | undefined {
    const host = hostOf(headers.host)
    if (this.#token === undefined && !(host && LOOPBACK.test(host.hostname)))
      return { status: 421, text: 'this console answers on localhost and 127.0.0.1 only' }
    const site = headers['sec-fetch-site']
    const isOfAnotherPage = site !== undefined && site !== 'same-origin' && site !== 'none'
    // A link to the page may be anywhere.
    if (isOfAnotherPage && !isPublic) return { status: 403, text: 'another page asked' }
    if (isChange) {
      if (headers[CHANGE_HEADER] === undefined) return { status: 403, text: `the header ${CHANGE_HEADER} is missing` }
      if (headers.origin !== undefined && originHost(headers.origin) !== host?.host)
        return { status: 403, text: 'another page asked' }
    }
    if (!isPublic && !this.#isKnown(headers.authorization))
      return { status: 401, text: 'the token is missing or wrong' }
    return undefined
  }

  /** Takes the same time for each wrong token. */
  #isKnown(authorization: string | undefined): boolean {
    if (this.#token === undefined) return true
    const [, given = ''] = /^Bearer (.{1,1000})$/i.exec(authorization ?? '') ?? []
    return timingSafeEqual(digestOf(given), this.#token)
  }
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest()
}

function hostOf(host: string | undefined): URL | undefined {
  return host !== undefined && URL.canParse(`http://${host}`) ? new URL(`http://${host}`) : undefined
}

function originHost(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
