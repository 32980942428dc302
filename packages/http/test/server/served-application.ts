import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { metrics } from '@homeostat/semconv'
import { HttpInstrumentation } from '../../src/index.ts'
import type { HttpInstrumentationConfig } from '../../src/index.ts'

/** An instrumentation that is on until it is disposed of, and what it reports. */
export class Measured implements Disposable {
  readonly instrumentation: HttpInstrumentation

  constructor(config: HttpInstrumentationConfig = {}) {
    this.instrumentation = new HttpInstrumentation(config)
    this.instrumentation.enable()
  }

  /** The points of a metric, as attributes and value: the count of a histogram, the value of anything else. */
  points(name: string): { attributes: Record<string, unknown>; value: number }[] {
    const metric = this.instrumentation.registry.collect().metrics.find(({ descriptor }) => descriptor.name === name)
    return (metric?.dataPoints ?? []).map(({ attributes, value }) => ({
      attributes: { ...attributes },
      value: typeof value === 'number' ? value : value.count,
    }))
  }

  /** `GET /users/:id 200` and how often, without the scheme. */
  answers(): Record<string, number> {
    return Object.fromEntries(
      this.points(metrics.httpServerDuration.name).map(({ attributes, value }) => [
        [
          attributes['http.request.method'],
          attributes['http.route'] ?? '-',
          attributes['http.response.status_code'] ?? attributes['error.type'],
        ].join(' '),
        value,
      ]),
    )
  }

  [Symbol.dispose](): void {
    this.instrumentation.disable()
  }
}

/** A listening server, closed when it is disposed of. */
export class Served implements AsyncDisposable {
  readonly server: Server
  readonly origin: string

  private constructor(server: Server) {
    this.server = server
    this.origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  }

  static async start(handler: RequestListener): Promise<Served> {
    const server = createServer(handler)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Served(server)
  }

  /** The statuses of GET requests, or of those that a method stands before, one after the other. Waits until each has ended on both sides. */
  async ask(...paths: readonly string[]): Promise<number[]> {
    return askAll(this.origin, paths)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections()
    this.server.close()
    await once(this.server, 'close')
  }
}

export async function askAll(origin: string, paths: readonly string[]): Promise<number[]> {
  const statuses: number[] = []
  for (const path of paths) {
    const [first, second] = path.split(' ')
    const [method, target] = second === undefined ? ['GET', first] : [first, second]
    const response = await fetch(origin + target, { method: method! })
    await response.arrayBuffer()
    statuses.push(response.status)
  }
  // The server's response closes a turn after the client has its end.
  await new Promise(resolve => setTimeout(resolve, 20))
  return statuses
}
