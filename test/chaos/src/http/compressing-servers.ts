import { once } from 'node:events'
import { Agent, createServer, request, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import zlib from 'node:zlib'
import compress from '@fastify/compress'
import { compressionForExpress, compressionForFastify, compressionForNode } from '@homeostat/http'
import compression from 'compression'
import express from 'express'
import Fastify, { type FastifyPluginAsync } from 'fastify'

/** A server that sends the body whose number is in the path: `/whole/7` in one piece, `/parts/7` in several. */
export interface CompressingServer extends AsyncDisposable {
  readonly name: string
  readonly port: number
}

/** The three kinds of servers that compress through Homeostat. */
export async function compressingServers(bodies: readonly Buffer[]): Promise<readonly CompressingServer[]> {
  return [await plainServer(bodies), await fastifyServer(bodies), await expressServer(bodies)]
}

/** One without a framework. */
export async function plainServer(bodies: readonly Buffer[]): Promise<CompressingServer> {
  const listener = compressionForNode(
    (asked, response) => {
      response.setHeader('Content-Type', 'application/json')
      send(response, asked.url!, bodies)
    },
    { threshold: 512 },
  )
  return listening(
    'node:http',
    createServer((asked, response) => void listener(asked, response)),
  )
}

async function expressServer(bodies: readonly Buffer[]): Promise<CompressingServer> {
  const app = express()
  app.use(compressionForExpress(compression, { threshold: 512 }) as unknown as express.RequestHandler)
  app.get('/:kind/:body', (asked, response) => {
    response.type('json')
    send(response, asked.url, bodies)
  })
  return listening('express', createServer(app))
}

async function fastifyServer(bodies: readonly Buffer[]): Promise<CompressingServer> {
  const app = Fastify({ keepAliveTimeout: 0 })
  await app.register(compressionForFastify(compress, { threshold: 512 }) as unknown as FastifyPluginAsync)
  app.get('/whole/:body', (asked, reply) => reply.type('application/json').send(bodyOf(asked.url, bodies)))
  app.get('/parts/:body', (asked, reply) =>
    reply.type('application/json').send(Readable.from(partsOf(bodyOf(asked.url, bodies)))),
  )
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  return { name: 'fastify', port, [Symbol.asyncDispose]: () => app.close() }
}

async function listening(name: string, server: Server): Promise<CompressingServer> {
  // A server that closes an idle connection while a request is on its way to it drops that request, compressed or not.
  server.keepAliveTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    name,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

function send(response: ServerResponse, path: string, bodies: readonly Buffer[]): void {
  const body = bodyOf(path, bodies)
  if (path.startsWith('/whole')) response.end(body)
  else Readable.from(partsOf(body)).pipe(response)
}

function bodyOf(path: string, bodies: readonly Buffer[]): Buffer {
  return bodies[Number(path.split('/')[2])]!
}

function partsOf(body: Buffer): Buffer[] {
  const third = Math.ceil(body.length / 3)
  return [body.subarray(0, third), body.subarray(third, 2 * third), body.subarray(2 * third)]
}

/** What arrived, and what it was before. */
export interface Received {
  readonly coding: string
  readonly sentBytes: number
  /** Undefined where it could not be decoded. */
  readonly body: Buffer | undefined
}

const DECODE: Readonly<Record<string, (body: Buffer) => Buffer>> = {
  zstd: body => zlib.zstdDecompressSync(body),
  br: body => zlib.brotliDecompressSync(body),
  gzip: body => zlib.gunzipSync(body),
  identity: body => body,
}

/** Asks as a browser does that accepts one coding. */
export function receive(port: number, path: string, accept: string, agent: Agent): Promise<Received> {
  return new Promise((resolve, reject) => {
    const headers = { 'accept-encoding': accept }
    request({ host: '127.0.0.1', port, path, agent, headers }, response => {
      const parts: Buffer[] = []
      response
        .on('data', (part: Buffer) => parts.push(part))
        .on('error', reject)
        .on('end', () => {
          const sent = Buffer.concat(parts)
          const coding = response.headers['content-encoding'] ?? 'identity'
          let body: Buffer | undefined
          try {
            body = DECODE[coding]?.(sent)
          } catch {
            // A body that does not decode is what this looks for.
          }
          resolve({ coding, sentBytes: sent.length, body })
        })
    })
      .on('error', reject)
      .end()
  })
}
