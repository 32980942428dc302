import { createHmac, timingSafeEqual } from 'node:crypto'
import { formatLsn, parseLsn, type Lsn } from '../positions/lsn.ts'

/**
 * What a later request or job must see: a position in the log of one cluster, or `pending`, where the position was not known yet when
 * the token was made. The reader of a pending token asks the primary itself, later than everything that the token stands for; a process that
 * has asked after the token was made, or has seen it before, knows its position.
 */
export type ReadToken =
  | { readonly kind: 'position'; readonly system: string; readonly position: Lsn }
  | {
      readonly kind: 'pending'
      readonly system: string
      /** The process that made it. */
      readonly issuer: string
      /** What it stands for, in the order of events of that process. */
      readonly moment: number
    }

const VERSION = 'v1'
const MAC_BYTES = 16
const MAX_CHARS = 200
const PENDING = /^pending-([0-9a-f]{16})-([0-9a-z]{1,11})$/
const SYSTEM = /^\d{1,20}$/

/** Signs tokens, so that nobody can make every read of theirs one for the primary. */
export class TokenSigner {
  readonly #secrets: readonly string[]

  /** @param secrets - the first signs, all of them verify: to change a secret, put the new one first */
  constructor(secrets: readonly string[]) {
    this.#secrets = secrets
  }

  /** The token as a text of letters, digits, dots, dashes and underscores. */
  sign(token: ReadToken): string {
    const position =
      token.kind === 'position'
        ? formatLsn(token.position).replace('/', '-')
        : `pending-${token.issuer}-${token.moment.toString(36)}`
    const body = `${VERSION}.${token.system}.${position}`
    return `${body}.${macOf(body, this.#secrets[0]!).toString('base64url')}`
  }

  /** Undefined for what was not signed with one of the secrets. */
  verify(text: unknown): ReadToken | undefined {
    if (typeof text !== 'string' || text.length > MAX_CHARS) return undefined
    const parts = text.split('.')
    const [version, system, position, mac] = parts
    if (parts.length !== 4 || version !== VERSION || !SYSTEM.test(system!)) return undefined
    const given = Buffer.from(mac!, 'base64url')
    const body = `${version}.${system}.${position}`
    const isSigned = this.#secrets.some(secret => {
      const expected = macOf(body, secret)
      return given.length === expected.length && timingSafeEqual(given, expected)
    })
    if (!isSigned) return undefined
    const [, issuer, moment] = PENDING.exec(position!) ?? []
    if (issuer !== undefined) return { kind: 'pending', system: system!, issuer, moment: Number.parseInt(moment!, 36) }
    const lsn = parseLsn(position!.replace('-', '/'))
    return lsn === undefined ? undefined : { kind: 'position', system: system!, position: lsn }
  }
}

function macOf(body: string, secret: string): Buffer {
  return createHmac('sha256', secret).update(`homeostat-read-token ${body}`).digest().subarray(0, MAC_BYTES)
}
