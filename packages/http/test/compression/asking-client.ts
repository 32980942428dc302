import { once } from 'node:events'
import type { IncomingHttpHeaders, RequestListener, Server } from 'node:http'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import zlib from 'node:zlib'
import { onTestFinished } from 'vitest'

/** What a client received. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /** As it was sent. */
  readonly raw: Buffer
  /** Decoded. */
  readonly body: Buffer
  readonly trailers: NodeJS.Dict<string>
}

export interface Asked {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

const DECODE: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  zstd: body => zlib.zstdDecompressSync(body),
  br: body => zlib.brotliDecompressSync(body),
  gzip: body => zlib.gunzipSync(body),
  deflate: body => zlib.inflateSync(body),
}

export function decoded(raw: Buffer, coding: string | undefined): Buffer {
  return raw.length === 0 || coding === undefined ? raw : (DECODE[coding] ?? (body => body))(raw)
}

/** Asks as a client that takes whatever coding it is given. */
export function ask(port: number, path: string, accept: string | undefined, asked: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...(accept !== undefined && { 'accept-encoding': accept }), ...asked.headers }
    const sent = request({ host: '127.0.0.1', port, path, method: asked.method ?? 'GET', headers }, response => {
      const parts: Buffer[] = []
      response
        .on('data', (part: Buffer) => parts.push(part))
        .on('error', reject)
        .on('end', () => {
          const raw = Buffer.concat(parts)
          const { statusCode = 0, headers: received, trailers } = response
          resolve({
            status: statusCode,
            headers: received,
            raw,
            body: decoded(raw, received['content-encoding']),
            trailers,
          })
        })
    })
    sent.on('error', reject).end()
  })
}

/** The port of a server that ends with the test. */
export async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return (server.address() as AddressInfo).port
}

export function serve(listener: RequestListener): Promise<number> {
  return portOf(createServer(listener))
}

/** JSON as services send it, whose bytes differ by seed. */
export function orders(count: number, seed = 1): string {
  let state = seed
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) & 0x7f_ff_ff_ff)
  const word = (): string => ['paid', 'pending', 'shipped', 'street', 'city', 'total'][next() % 6]!
  return JSON.stringify(
    Array.from({ length: count }, (_, id) => ({
      id: `${id}-${next().toString(36)}`,
      customer: `user-${next() % 1_000_000}@example.com`,
      status: word(),
      total: next() / 100,
      note: Array.from({ length: 8 }, word).join(' '),
    })),
  )
}
