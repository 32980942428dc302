import { isSendable } from '../../src/wire/sendable-token.ts'

const KEY = 'homeostat.token'

/** The token for this tab. One that is in the address after `#token=` is taken from there, and the address forgets it. */
export function takeToken(): string | undefined {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    keepToken(decoded(given))
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(KEY) ?? undefined
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token)
}

/** The headers with which the server is asked. Without a token that can be sent, the server refuses, as it would refuse that one. */
export function askingHeaders(): Record<string, string> {
  const token = takeToken()
  return token === undefined || !isSendable(token) ? {} : { authorization: `Bearer ${token}` }
}

/** Somebody who wrote the address by hand may have left a `%` as it is. */
function decoded(text: string): string {
  return text.replaceAll(/(?:%[\da-f]{2})+/gi, escaped => {
    try {
      return decodeURIComponent(escaped)
    } catch {
      return escaped
    }
  })
}
