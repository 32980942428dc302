import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, ServerResponse } from 'node:http'
// Imported, because the global one is a getter that every reading of the clock would pay for.
import { performance } from 'node:perf_hooks'
import { Exchange, exchangeOf } from './exchange.ts'

const STARTED = 'http.server.request.start'
/** On a server whose requests are not the application's: the console of Homeostat. */
const UNMEASURED = Symbol.for('homeostat.unmeasured')

/** What is called when an exchange begins or ends. */
export interface ExchangeListener {
  /** The headers of the request have been read; nothing of the application has run for it. */
  started(exchange: Exchange): void
  /** The response was sent, or the connection broke before. Called once per exchange. */
  ended(exchange: Exchange, nowMs: number): void
}

/**
 * Follows the requests to all HTTP/1 servers of this process through the diagnostics channel of `node:http`. The end is the event `close` of
 * the response, which comes also when the client goes away; the channel of finished responses misses those.
 *
 * @param report - takes what our own code throws; the server never does
 */
export function followExchanges(listener: ExchangeListener, report: (error: unknown) => void): Disposable {
  let isOn = true

  function onClose(this: ServerResponse): void {
    if (!isOn) return
    try {
      const exchange = exchangeOf(this)
      if (exchange !== undefined) listener.ended(exchange, performance.now())
    } catch (error) {
      report(error)
    }
  }

  const onStart = (message: unknown): void => {
    try {
      const { request, response, server } = message as {
        readonly request: IncomingMessage
        readonly response: ServerResponse
        readonly server?: Readonly<Record<symbol, unknown>>
      }
      if (server?.[UNMEASURED] === true) return
      listener.started(new Exchange(request, response, performance.now()))
      response.on('close', onClose)
    } catch (error) {
      report(error)
    }
  }

  subscribe(STARTED, onStart)
  return {
    [Symbol.dispose]: () => {
      isOn = false
      unsubscribe(STARTED, onStart)
    },
  }
}
