import { timeoutSignal } from '@homeostat/signals'
import { PrometheusError } from './prometheus-errors.ts'
import { credentialsOf, headersOf, serverOf } from './prometheus-server.ts'

/** How a Prometheus server is reached, and how much of it is read. */
export interface PrometheusConnectionOptions {
  /** For one request, in milliseconds. @default 30000 */
  readonly timeoutMs?: number
  /**
   * Sent with every request, e.g. `X-Scope-OrgID` for Mimir. An `Authorization` here beats one in the address.
   * @default none
   */
  readonly headers?: Readonly<Record<string, string>>
  /** The size of one answer, unpacked. @default no limit */
  readonly mostBytes?: number
}

/** The JSON of an answer: https://prometheus.io/docs/prometheus/latest/querying/api/#format-overview */
interface Answer {
  readonly status?: string
  readonly errorType?: string
  readonly error?: string
  readonly data?: unknown
}

/** A server may explain itself at length. */
const LONGEST_REASON = 300

/** Asks one server. Its errors never contain the credentials. */
export class PrometheusConnection {
  readonly #server: URL
  readonly #headers: Headers
  readonly #timeoutMs: number
  readonly #mostBytes: number

  /** @throws {@link PrometheusError} for an address or headers that cannot be used */
  constructor(address: string, options: PrometheusConnectionOptions = {}) {
    const { timeoutMs = 30_000, headers = {}, mostBytes = Infinity } = options
    this.#server = serverOf(address)
    this.#headers = headersOf(this.name, { ...credentialsOf(address), ...lowerCased(headers) })
    this.#timeoutMs = timeoutMs
    this.#mostBytes = mostBytes
  }

  /** The address without credentials. */
  get name(): string {
    return this.#server.href
  }

  /** The data of an answer. @throws {@link PrometheusError}, or the reason of the signal once it is aborted */
  async ask(method: 'GET' | 'POST', path: string, body: URLSearchParams, signal?: AbortSignal): Promise<unknown> {
    const url = new URL(path, this.#server)
    if (method === 'GET') url.search = body.toString()
    const late = timeoutSignal(this.#timeoutMs)
    try {
      const response = await fetch(url, {
        method,
        headers: this.#headers,
        signal: signal ? AbortSignal.any([late, signal]) : late,
        ...(method === 'POST' && { body }),
      })
      const answer = answerOf(await this.#textOf(response))
      if (answer?.status === 'success') return answer.data
      const reason =
        answer?.error === undefined ? `HTTP status ${response.status}` : `${answer.errorType}: ${answer.error}`
      throw new PrometheusError(this.name, `${path} failed with ${reason.slice(0, LONGEST_REASON)}`, undefined, {
        status: response.status,
        retryAfterMs: retryAfterOf(response.headers),
      })
    } catch (error) {
      if (error instanceof PrometheusError) throw error
      if (signal?.aborted) throw signal.reason
      if (late.aborted) {
        const what = `no answer within ${this.#timeoutMs} ms; ask for less time or a longer step`
        throw new PrometheusError(this.name, what, error)
      }
      throw new PrometheusError(this.name, `cannot be reached: ${reasonOf(error)}`, error)
    }
  }

  async #textOf({ body, status }: Response): Promise<string> {
    const decoder = new TextDecoder()
    let text = ''
    let bytes = 0
    // Leaving the loop early closes the connection.
    for await (const chunk of body ?? []) {
      bytes += chunk.byteLength
      if (bytes > this.#mostBytes)
        throw new PrometheusError(this.name, `the answer has more than ${this.#mostBytes} bytes`, undefined, { status })
      text += decoder.decode(chunk, { stream: true })
    }
    return text + decoder.decode()
  }
}

function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
}

function answerOf(text: string): Answer | undefined {
  try {
    return JSON.parse(text) as Answer
  } catch {
    return undefined
  }
}

/** Seconds or a date: RFC 9110, 10.2.3. The date is compared with the server's own clock. */
function retryAfterOf(headers: Headers): number | undefined {
  const wanted = headers.get('retry-after') ?? ''
  if (/^\d+$/.test(wanted)) return Number(wanted) * 1000
  const ms = Date.parse(wanted) - Date.parse(headers.get('date') ?? '')
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined
}

/** The message of an error of `fetch` says little; its cause has the reason. */
function reasonOf(error: unknown): string {
  const { cause = error } = error instanceof Error ? error : {}
  const { code } = (cause ?? {}) as { readonly code?: unknown }
  return typeof code === 'string' ? code : cause instanceof Error ? cause.message : String(cause)
}
