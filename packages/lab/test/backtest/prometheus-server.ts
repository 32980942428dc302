import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface AskedRange {
  readonly query: string
  readonly start: number
  readonly end: number
  readonly step: number
  readonly authorization: string | undefined
}

export interface RangeServer extends AsyncDisposable {
  readonly address: string
  readonly asked: readonly AskedRange[]
}

/** The value of a series at a time in seconds, or nothing. */
export type ValueAt = (seconds: number) => number | undefined

/**
 * A server that speaks the documented range API and no more, with its limit of 11,000 points.
 * https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
 */
export async function startRangeServer(
  series: Readonly<Record<string, readonly { readonly metric: Record<string, string>; readonly valueAt: ValueAt }[]>>,
): Promise<RangeServer> {
  const asked: AskedRange[] = []
  const server = createServer((request, response) => void respond(request, response))
  const respond = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = new URLSearchParams(await textOf(request))
    const [start, end, step] = ['start', 'end', 'step'].map(name => Number(body.get(name))) as [number, number, number]
    const query = body.get('query') ?? ''
    asked.push({ query, start, end, step, authorization: request.headers.authorization })
    const answer = (status: number, value: object): void => void response.writeHead(status).end(JSON.stringify(value))
    if (request.url !== '/api/v1/query_range') return void response.writeHead(404).end('404 page not found')
    const points = (end - start) / step + 1
    if (points > 11_000)
      return answer(400, {
        status: 'error',
        errorType: 'bad_data',
        error:
          'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
      })
    const result = (series[query] ?? []).map(({ metric, valueAt }) => {
      const times = Array.from({ length: Math.floor(points) }, (_, index) => start + index * step)
      const values = times.flatMap(time => {
        const value = valueAt(time)
        return value === undefined ? [] : [[time, value === Infinity ? '+Inf' : String(value)]]
      })
      return { metric, values }
    })
    answer(200, { status: 'success', data: { resultType: 'matrix', result } })
  }
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    address: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    [Symbol.asyncDispose]: () => new Promise(resolve => (server.closeAllConnections(), server.close(() => resolve()))),
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}
