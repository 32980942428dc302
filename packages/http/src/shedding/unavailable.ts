import type { ServerResponse } from 'node:http'

const STATUS = 503

/** What a refused client gets, in the form of Fastify's own errors. Nothing of the reason, which is no business of a client. */
export const UNAVAILABLE: { readonly status: number; readonly type: string; readonly body: string } = {
  status: STATUS,
  type: 'application/json; charset=utf-8',
  body: JSON.stringify({
    statusCode: STATUS,
    error: 'Service Unavailable',
    message: 'The service is overloaded. Try again later.',
  }),
}

/** Answers a request without the application. */
export function sendUnavailable(response: ServerResponse, retryAfterSeconds: number): void {
  response.writeHead(UNAVAILABLE.status, {
    'retry-after': String(retryAfterSeconds),
    'content-type': UNAVAILABLE.type,
    'content-length': String(Buffer.byteLength(UNAVAILABLE.body)),
    'cache-control': 'no-store',
  })
  response.end(UNAVAILABLE.body)
}
