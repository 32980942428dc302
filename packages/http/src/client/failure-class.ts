/** Why a request to a service failed, in words that an alert can be written for. */
export type FailureClass =
  | 'timeout'
  | 'dns'
  | 'refused'
  | 'reset'
  | 'tls'
  | 'throttled'
  | 'server_error'
  | 'client_error'
  | 'aborted'
  | 'other'

/** Codes of Node, of libuv and of undici, see the list of errors in their documentation. */
const CLASSES: ReadonlyMap<string, FailureClass> = new Map<string, FailureClass>([
  ...['ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT'].map(timeout),
  ...['UND_ERR_BODY_TIMEOUT', 'ERR_HTTP_REQUEST_TIMEOUT', 'ERR_SOCKET_CONNECTION_TIMEOUT'].map(timeout),
  ...(['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL', 'EAI_NODATA', 'EAI_NONAME'] as const).map(each => [each, 'dns'] as const),
  ...(['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'EADDRNOTAVAIL', 'ENOENT'] as const).map(
    each => [each, 'refused'] as const,
  ),
  ...(['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED'] as const).map(
    each => [each, 'reset'] as const,
  ),
  ['ABORT_ERR', 'aborted'],
  ['ERR_CANCELED', 'aborted'],
  ['UND_ERR_ABORTED', 'aborted'],
])

function timeout(code: string): readonly [string, FailureClass] {
  return [code, 'timeout']
}

const TLS = /^(?:ERR_TLS_|ERR_SSL_|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO$|ERR_OSSL)/
/** How many causes deep an error is followed: `fetch` wraps the error of undici. */
const MOST_CAUSES = 4

/** The class of an error. Its message is never read; an error with getters that throw is `other`. */
export function failureClassOf(error: unknown): FailureClass {
  try {
    for (let at = 0, each = error; at < MOST_CAUSES && typeof each === 'object' && each !== null; at++) {
      const { code, name, cause, errors } = each as Readonly<Record<string, unknown>>
      // The reason of a signal that `AbortSignal.timeout()` made.
      if (name === 'TimeoutError') return 'timeout'
      const isAbort = name === 'AbortError' || code === 'ABORT_ERR' || code === 'UND_ERR_ABORTED'
      if (isAbort) return causeIsTimeout(cause) ? 'timeout' : 'aborted'
      if (typeof code === 'string') {
        const known = CLASSES.get(code)
        if (known !== undefined) return known
        if (TLS.test(code)) return 'tls'
      }
      // Several addresses were tried: the first one speaks for all.
      each = Array.isArray(errors) && errors.length > 0 ? errors[0] : cause
    }
  } catch {
    // The error has code of its own.
  }
  return 'other'
}

function causeIsTimeout(cause: unknown): boolean {
  return typeof cause === 'object' && cause !== null && (cause as { name?: unknown }).name === 'TimeoutError'
}

/** The class of an answer with a status of 400 or more. */
export function failureClassOfStatus(status: number): FailureClass {
  if (status === 429) return 'throttled'
  if (status === 408 || status === 504) return 'timeout'
  return status >= 500 ? 'server_error' : 'client_error'
}

/** Whether a failure counts against the health of the service. */
export function isFaultOfService(failure: FailureClass): boolean {
  return failure !== 'client_error' && failure !== 'aborted'
}
