import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import compress from '@fastify/compress'
import compression from 'compression'
import express from 'express'
import Fastify, { type FastifyPluginAsync } from 'fastify'
import { expect, it, onTestFinished } from 'vitest'
import { compressionForExpress, compressionForFastify, compressionForNode } from '../../src/index.ts'
import { ask, orders, portOf } from './asking-client.ts'

const BODY = orders(120)

type Application = (options: unknown, library?: unknown) => Promise<number>

const node: Application = options =>
  portOf(
    createServer(
      compressionForNode(
        (_request, response) => response.setHeader('Content-Type', 'application/json').end(BODY),
        options as object,
      ),
    ),
  )

const forExpress: Application = async (options, library = compression) => {
  const app = express()
  app.use(compressionForExpress(library as never, options as never) as unknown as express.RequestHandler)
  app.get('/', (_request, response) => void response.type('json').send(BODY))
  return portOf(createServer(app))
}

const forFastify: Application = async (options, library = compress) => {
  const app = Fastify()
  onTestFinished(() => app.close())
  await app.register(compressionForFastify(library as never, options as never) as unknown as FastifyPluginAsync)
  app.get('/', (_request, reply) => reply.type('application/json').send(BODY))
  await app.listen({ port: 0, host: '127.0.0.1' })
  return Number(new URL(app.listeningOrigin).port)
}

/** The coding in which the body is sent, and the lines that the options have led to. */
async function outcome(application: Application, ...given: Parameters<Application>): Promise<[string, ...string[]]> {
  const lines: string[] = []
  const note = ({ message }: Error): unknown => lines.push(message.replace(/^compressionFor\w+\(\)/, ''))
  process.on('warning', note)
  onTestFinished(() => void process.off('warning', note))
  const { status, headers, body } = await ask(await application(...given), '/', 'br')
  expect([status, body.toString()]).toEqual([200, BODY])
  await sleep(0)
  process.off('warning', note)
  return [headers['content-encoding'] ?? 'identity', ...lines]
}

const SIZE = 'but must be a number of bytes or a size such as 2kb; 1024 is used'
const NOTHING = 'but must be a function; nothing is compressed'

it.each([
  ['node', node],
  ['Express', forExpress],
  ['Fastify', forFastify],
])('%s: each wrong option is a line, and what is unclear is not compressed', async (_, application) => {
  expect(await outcome(application, undefined)).toEqual(['br'])
  expect(await outcome(application, null)).toEqual([
    'br',
    ' is null, but must be an object of options; no option is used',
  ])
  expect(await outcome(application, 5)).toEqual(['br', ' is 5, but must be an object of options; no option is used'])
  for (const threshold of ['4kb', '4 KB', '0.1mb', 4096, '0', 0])
    expect(await outcome(application, { threshold }), String(threshold)).toEqual([
      threshold === '0.1mb' ? 'identity' : 'br',
    ])
  expect(await outcome(application, { threshold: '1 mb' })).toEqual(['identity'])
  expect(await outcome(application, { threshold: -1 })).toEqual(['br', `.threshold is -1, ${SIZE}`])
  expect(await outcome(application, { threshold: NaN })).toEqual(['br', `.threshold is NaN, ${SIZE}`])
  expect((await outcome(application, { threshold: 'bla' })).length).toBe(2)
  expect(await outcome(application, { exclude: null })).toEqual(['identity', `.exclude is null, ${NOTHING}`])
  expect(await outcome(application, { exclude: 5 })).toEqual(['identity', `.exclude is 5, ${NOTHING}`])
})

it('node: an unknown option, and a route that is not a name, change nothing', async () => {
  expect(await outcome(node, { treshold: 1 })).toEqual([
    'br',
    '.treshold is not an option of compressionForNode() and is ignored; did you mean threshold?',
  ])
  expect((await outcome(node, { route: 5 })).length).toBe(2)
  for (const route of [
    () => 5,
    () => '',
    async () => Promise.reject(new Error('mine')),
    () => {
      throw new Error('mine')
    },
  ])
    expect(await outcome(node, { route })).toEqual(['br'])
})

it('Express and Fastify: something else than the library, and wrong values that decide, are a line each', async () => {
  for (const library of [5, {}, null]) {
    expect((await outcome(forExpress, {}, library)).length).toBe(2)
    expect((await outcome(forFastify, {}, library))[0]).toBe('identity')
  }
  expect(await outcome(forExpress, { filter: 5 })).toEqual(['identity', `.filter is 5, ${NOTHING}`])
  const [coding, line] = await outcome(forFastify, { encodings: 'gzip' })
  expect(coding).toBe('br')
  expect(line).toContain('.encodings is')
  expect(await outcome(forFastify, { encodings: ['gzip'] })).toEqual(['identity'])
})
