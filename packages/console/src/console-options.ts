import { isSendable, LONGEST_TOKEN } from './wire/sendable-token.ts'

/** Where the console answers, and to whom. */
export interface ConsoleOptions {
  /** The TCP port. Where it is taken, a free one is used, and the log line says which. 0 for a free one. @default 4663 */
  readonly port?: number
  /** The address of this machine at which it answers. One that other machines can reach needs a {@link token}. @default 127.0.0.1 */
  readonly host?: string
  /**
   * The secret that a viewer needs: 16 to 1,000 printable characters of Latin-1. The page asks for it, or reads it after `#token=` in the
   * address. No log line has it. @default none
   */
  readonly token?: string
}

/** HOME on the keypad of a telephone. */
export const DEFAULT_PORT = 4663

const SHORTEST_TOKEN = 16
const LOOPBACK_HOSTS = /^(localhost|127(\.\d{1,3}){3}|::1)$/

/** The console would be open to other machines. */
export class ConsoleTokenError extends Error {
  override readonly name = 'ConsoleTokenError'
  readonly code = 'HOMEOSTAT_CONSOLE_TOKEN'
}

/** An option of the console is not valid. */
export class ConsoleOptionError extends Error {
  override readonly name = 'ConsoleOptionError'
  readonly code = 'HOMEOSTAT_CONSOLE_OPTION'
}

/** The options with their defaults. */
export type CheckedConsoleOptions = Required<Omit<ConsoleOptions, 'token'>> & { readonly token: string | undefined }

/** @throws ConsoleOptionError, or ConsoleTokenError for an address that other machines reach, without a token that is long enough */
export function checkedOptions(options: ConsoleOptions = {}): CheckedConsoleOptions {
  const { port = DEFAULT_PORT, host = '127.0.0.1', token } = options
  if (!Number.isInteger(port) || port < 0 || port > 65_535)
    throw new ConsoleOptionError('console.port takes a whole number from 0 to 65535')
  if (typeof host !== 'string' || host === '') throw new ConsoleOptionError('console.host takes an address')
  if (token !== undefined && (typeof token !== 'string' || token.length < SHORTEST_TOKEN))
    throw new ConsoleTokenError(`console.token takes a text of at least ${SHORTEST_TOKEN} characters`)
  if (token !== undefined && !isSendable(token))
    throw new ConsoleTokenError(
      `console.token takes at most ${LONGEST_TOKEN} printable characters of Latin-1 without spaces at its ends: a browser sends it in a header`,
    )
  if (token === undefined && !LOOPBACK_HOSTS.test(host))
    throw new ConsoleTokenError(
      `console.host is ${host}, which other machines can reach: set console.token (HOMEOSTAT_CONSOLE_TOKEN) to a secret of at least ${SHORTEST_TOKEN} characters`,
    )
  return { port, host, token }
}
