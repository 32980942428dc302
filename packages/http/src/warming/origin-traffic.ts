import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Faults } from '@homeostat/signals'
import { WARMING_HEADER } from './edge-client.ts'
import type { PopularContent } from './popular-content.ts'
import { askableEncoding, isShareable } from './shareable-response.ts'

/** Node publishes every finished response of every server of the process here. */
const FINISHED = 'http.server.response.finish'

/** Watches which shareable content the clients of this origin ask for, until it is disposed of. */
export function watchOrigin(
  popular: PopularContent,
  onRequest: (path: string) => void,
  faults: Faults,
  clock: () => number = Date.now,
): Disposable {
  const onFinished = (message: unknown): void => {
    faults.contain('signal', () => {
      const { request, response } = message as { request?: IncomingMessage; response?: ServerResponse }
      // Warming is not demand: it must not make popular what it asks for.
      if (request === undefined || response === undefined || request.headers[WARMING_HEADER] !== undefined) return
      if (!isShareable(request, response)) return
      const path = request.url!
      popular.add(path, askableEncoding(request.headers['accept-encoding']), clock())
      onRequest(path)
    })
  }
  subscribe(FINISHED, onFinished)
  return { [Symbol.dispose]: () => void unsubscribe(FINISHED, onFinished) }
}
