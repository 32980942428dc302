import { PrometheusError } from './prometheus-errors.ts'

/**
 * The base of a server's API: its address without credentials, the only form that errors may show.
 *
 * @throws {@link PrometheusError}
 */
export function serverOf(address: string): URL {
  const url = URL.canParse(address) ? new URL(address) : undefined
  // The error of `new URL` carries the whole address.
  if (!url || !/^https?:$/.test(url.protocol))
    throw new PrometheusError(
      'Prometheus',
      'its address is not an http or https URL; write e.g. http://prometheus:9090',
    )
  url.username = url.password = url.search = url.hash = ''
  if (!url.pathname.endsWith('/')) url.pathname += '/'
  return url
}

/** A user and password in an address, as a header. */
export function credentialsOf(address: string): { authorization?: string } {
  const { username, password } = new URL(address)
  if (username === '' && password === '') return {}
  const text = `${decoded(username)}:${decoded(password)}`
  return { authorization: `Basic ${Buffer.from(text).toString('base64')}` }
}

/** @throws {@link PrometheusError} that names the header and not its value, which may be a secret */
export function headersOf(server: string, all: Readonly<Record<string, string>>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(all)) {
    try {
      headers.set(name, value)
    } catch {
      throw new PrometheusError(server, `the header ${JSON.stringify(name)} cannot be sent; look for line breaks in it`)
    }
  }
  return headers
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    // A bare percent sign.
    return text
  }
}
