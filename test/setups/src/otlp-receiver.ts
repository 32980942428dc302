import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { Observation, type Received } from './observation.ts'

interface KeyValue {
  readonly key: string
  readonly value?: Readonly<Record<string, unknown>>
}
interface Point {
  readonly attributes?: readonly KeyValue[]
  readonly asInt?: string | number
  readonly asDouble?: number
  readonly count?: string | number
}
interface Data {
  readonly dataPoints?: readonly Point[]
  readonly aggregationTemporality?: number
}
interface Metric {
  readonly name: string
  readonly unit?: string
  readonly sum?: Data
  readonly gauge?: Data
  readonly histogram?: Data
  readonly exponentialHistogram?: Data
}
interface Request {
  readonly resourceMetrics?: readonly {
    readonly scopeMetrics?: readonly {
      readonly scope?: { readonly name?: string }
      readonly metrics?: readonly Metric[]
    }[]
  }[]
}

const KINDS = ['sum', 'gauge', 'histogram', 'exponentialHistogram'] as const
const DELTA = 1

/** A backend that takes OTLP over HTTP as JSON. */
export interface OtlpReceiver extends AsyncDisposable {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly url: string
  readonly observation: Observation
}

export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const observation = new Observation()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    try {
      const body = await bodyOf(request)
      if (request.url?.endsWith('/metrics')) {
        observation.exports++
        for (const received of receivedIn(JSON.parse(body) as Request)) observation.add(received)
      }
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    } catch {
      response.writeHead(400).end()
    }
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    observation,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const body = Buffer.concat(chunks)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString()
}

function receivedIn({ resourceMetrics = [] }: Request): Received[] {
  return resourceMetrics
    .flatMap(({ scopeMetrics = [] }) => scopeMetrics)
    .flatMap(({ scope, metrics = [] }) => metrics.flatMap(metric => pointsOf(scope?.name ?? '', metric)))
}

function pointsOf(scope: string, metric: Metric): Received[] {
  return KINDS.flatMap(kind => {
    const { dataPoints = [], aggregationTemporality } = metric[kind] ?? {}
    return dataPoints.map(({ attributes = [], asInt, asDouble, count }) => ({
      scope,
      metric: metric.name,
      kind: `${kind} ${metric.unit ?? ''}`,
      attributes: Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value ?? {})[0]])),
      value: Number(asInt ?? asDouble ?? count ?? 0),
      isDelta: aggregationTemporality === DELTA,
    }))
  })
}
