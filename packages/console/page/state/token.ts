const KEY = 'homeostat.token'

/** The token for this tab. One that is in the address after `#token=` is taken from there, and the address forgets it. */
export function takeToken(): string | undefined {
  const given = /^#token=(.+)$/.exec(location.hash)?.[1]
  if (given !== undefined) {
    keepToken(decodeURIComponent(given))
    history.replaceState(null, '', location.pathname)
  }
  return sessionStorage.getItem(KEY) ?? undefined
}

export function keepToken(token: string): void {
  sessionStorage.setItem(KEY, token)
}

/** The headers with which the server is asked. */
export function askingHeaders(): Record<string, string> {
  const token = takeToken()
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}
