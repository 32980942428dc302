import type { IncomingMessage, ServerResponse } from 'node:http'
import { listOf } from '../header-list.ts'

const LONGEST_PATH = 2048
const LONGEST_ACCEPT = 200

/** A path as it stands in a request line: visible ASCII that starts with one slash, and cannot be read as a host. */
const PATH = /^\/(?![/\\])[\u0021\u0022\u0024-\u005B\u005D-\u007E]*$/

/**
 * What says in a query, or in the parameters behind a semicolon, that the URL is meant for one person. Long words count anywhere, as in
 * `PHPSESSID` or `idtoken`; short ones where a name begins or ends. A URL that is taken for personal by mistake is not warmed, and that is all.
 */
const PERSONAL = new RegExp(
  [
    'auth(?!or)|code|confirm|credential|csrf|customer|invit|jwt|key(?!w)|login|magic|mail|member|nonce|pass|phone|secret|sess|signature|token|user|verif|xsrf',
    '(?:^|[^a-z])(?:access|api|otp|pin|sid(?!e)|sig|uid)',
    '(?:otp|pin|sid|uid)(?![a-z])',
  ].join('|'),
  'i',
)
/** A JSON Web Token, or an address of e-mail. `lodash@4.17.21` and `/@scope` are neither. */
const PERSONAL_VALUE = /eyJ[\w-]{10}|[^/?&=;@]@[^/?&=;@]{1,253}\.[a-z]{2}/i
/** How often a URL may have been encoded. */
const MOST_ENCODINGS = 3

/**
 * Whether everybody may have the answer, and a cache between keeps it: a GET without cookie and authorization that was answered with 200, and
 * that names a time for which shared caches may keep it (RFC 9111, section 3). `Vary` may name the encoding only.
 */
export function isShareable(request: IncomingMessage, response: ServerResponse): boolean {
  const { headers, method, url = '' } = request
  if (method !== 'GET' || response.statusCode !== 200) return false
  if (headers.cookie !== undefined || headers.authorization !== undefined || headers.range !== undefined) return false
  if (response.hasHeader('Set-Cookie') || !isAskable(url)) return false
  if (!listOf(response.getHeader('Vary')).every(name => name.toLowerCase() === 'accept-encoding')) return false
  return mayBeShared(listOf(response.getHeader('Cache-Control')).map(directive => directive.toLowerCase()))
}

/** Whether a path may be asked for: it is one, and neither it nor its query names anything personal. */
export function isAskable(path: string): boolean {
  if (path.length > LONGEST_PATH || !PATH.test(path)) return false
  const text = decoded(path)
  if (text === undefined || PERSONAL_VALUE.test(text)) return false
  const parameters = text.search(/[?;]/)
  return parameters < 0 || !PERSONAL.test(text.slice(parameters + 1))
}

/** A URL in plain text; undefined where it cannot be decoded, or is encoded again and again. */
function decoded(url: string): string | undefined {
  let text = url.replaceAll('+', ' ')
  try {
    for (let round = 0; round < MOST_ENCODINGS; round++) {
      const next = decodeURIComponent(text)
      if (next === text) return text
      text = next
    }
  } catch {
    // A lone percent sign.
  }
  return undefined
}

/** The header as it can be sent on; empty where it holds something odd. */
export function askableEncoding(header: unknown): string {
  return typeof header === 'string' && header.length <= LONGEST_ACCEPT && /^[\w ,;=.*-]*$/.test(header) ? header : ''
}

function mayBeShared(directives: readonly string[]): boolean {
  const has = (name: string): boolean => directives.some(each => each === name || each.startsWith(`${name}=`))
  if (has('private') || has('no-store') || has('no-cache')) return false
  const shared = secondsOf(directives, 's-maxage')
  if (shared !== undefined) return shared > 0
  return has('public') && (secondsOf(directives, 'max-age') ?? 0) > 0
}

function secondsOf(directives: readonly string[], name: string): number | undefined {
  const given = directives.find(each => each.startsWith(`${name}=`))
  if (given === undefined) return undefined
  const seconds = Number(given.slice(name.length + 1).replaceAll('"', ''))
  return Number.isFinite(seconds) ? seconds : undefined
}
