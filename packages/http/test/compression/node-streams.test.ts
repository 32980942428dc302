import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { get } from 'node:http'
import { connect } from 'node:net'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import zlib from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { ask, orders } from './asking-client.ts'

import { BODY, compressed, json } from './compressed-server.ts'

describe('a body that is a stream', () => {
  it.each(['zstd', 'br', 'gzip', 'identity'])('arrives whole with %s, at the speed of the client', async coding => {
    const part = orders(400)
    const port = await compressed((_request, response) => {
      json(response)
      void pipeline(Readable.from(Array.from({ length: 100 }, () => part)), response).catch(() => {})
    })
    const { headers, body } = await ask(port, '/', coding)
    expect(headers['content-encoding']).toBe(coding === 'identity' ? undefined : coding)
    expect(body.equals(Buffer.from(part.repeat(100)))).toBe(true)
  })

  it('makes the application wait for a client that does not read, and then goes on', async () => {
    const TURNS = 600
    let written = 0
    const port = await compressed(async (_request, response) => {
      json(response, { 'Content-Type': 'text/plain' })
      // Does not get smaller, so that the connection fills.
      for (let turn = 0; turn < TURNS; turn++) {
        written++
        if (!response.write(randomBytes(100_000).toString('base64'))) await once(response, 'drain')
      }
      response.end()
    })
    const socket = connect(port, '127.0.0.1')
    socket.write('GET / HTTP/1.1\r\nHost: a\r\nAccept-Encoding: zstd\r\nConnection: close\r\n\r\n')
    socket.pause()
    // The kernel's buffers take some of it first.
    for (let before = -1; before !== written; await sleep(300)) before = written
    expect(written).toBeLessThan(TURNS)
    socket.resume()
    await once(socket, 'close')
    expect(written).toBe(TURNS)
  })

  it('ends when the client goes away, and frees its compressor', async () => {
    const closed = Promise.withResolvers<void>()
    const port = await compressed((request, response) => {
      json(response)
      if (request.url === '/next') return void response.end(BODY)
      const timer = setInterval(() => response.write(BODY), 1)
      response.on('close', () => {
        clearInterval(timer)
        response.write(BODY)
        response.end()
        closed.resolve()
      })
    })
    const asked = get({ port, host: '127.0.0.1', headers: { 'accept-encoding': 'zstd' } }, response => {
      response.once('data', () => asked.destroy())
    })
    asked.on('error', () => {})
    await closed.promise
    expect((await ask(port, '/next', 'zstd')).body.toString()).toBe(BODY)
  })

  it('brings each event of a server at once', async () => {
    const port = await compressed((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
      let event = 0
      const timer = setInterval(() => response.write(`data: ${++event}\n\n`), 30)
      response.on('close', () => clearInterval(timer))
    })
    for (const coding of ['zstd', 'br', 'gzip'] as const) {
      const decoder =
        coding === 'zstd'
          ? zlib.createZstdDecompress()
          : coding === 'br'
            ? zlib.createBrotliDecompress()
            : zlib.createGunzip()
      const asked = get({ port, host: '127.0.0.1', headers: { 'accept-encoding': coding } }, response => {
        expect(response.headers['content-encoding']).toBe(coding)
        response.pipe(decoder)
      })
      asked.on('error', () => {})
      decoder.on('error', () => {})
      const events: string[] = []
      for await (const part of decoder) {
        events.push(String(part))
        if (events.length === 3) break
      }
      asked.destroy()
      expect(events).toEqual(['data: 1\n\n', 'data: 2\n\n', 'data: 3\n\n'])
    }
  })

  it('shows its first part while the application works on the second', async () => {
    const gate = Promise.withResolvers<void>()
    const port = await compressed((_request, response) => {
      json(response, { 'Content-Type': 'text/html' }).write('<p>first</p>')
      void gate.promise.then(() => response.end('<p>second</p>'))
    })
    const decoder = zlib.createGunzip()
    get({ port, host: '127.0.0.1', headers: { 'accept-encoding': 'gzip' } }, response => response.pipe(decoder))
    const [first] = (await once(decoder, 'data')) as [Buffer]
    expect(first.toString()).toBe('<p>first</p>')
    gate.resolve()
    const [second] = (await once(decoder, 'data')) as [Buffer]
    expect(second.toString()).toBe('<p>second</p>')
  })

  it('has ended for the application when that has ended it', async () => {
    const seen: unknown[] = []
    const port = await compressed((_request, response) => {
      json(response).write(BODY)
      response.end(BODY, () => seen.push('finished'))
      seen.push(
        response.writableEnded,
        response.write('more', (error: unknown) => seen.push((error as { code: string }).code)),
      )
    })
    expect((await ask(port, '/', 'zstd')).body.toString()).toBe(BODY + BODY)
    await sleep(20)
    expect(seen).toEqual([true, false, 'ERR_STREAM_WRITE_AFTER_END', 'finished'])
  })
})

it('what is not bytes is refused with Node’s own error, in the middle of a stream as well', async () => {
  const seen: unknown[] = []
  const port = await compressed((_request, response) => {
    json(response).write(BODY)
    for (const wrong of [null, 5, {}]) {
      try {
        response.write(wrong)
      } catch (error) {
        seen.push((error as NodeJS.ErrnoException).code)
      }
    }
    response.end(BODY)
  })
  const { headers, body } = await ask(port, '/', 'gzip')
  expect(seen).toEqual(['ERR_STREAM_NULL_VALUES', 'ERR_INVALID_ARG_TYPE', 'ERR_INVALID_ARG_TYPE'])
  expect([headers['content-encoding'], body.toString()]).toEqual(['gzip', BODY + BODY])
})
