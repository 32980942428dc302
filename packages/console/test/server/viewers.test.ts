import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { expect, test, vi } from 'vitest'
import { Viewers } from '../../src/server/viewers.ts'
import { openStream } from '../stream.ts'

test('a viewer that reads nothing is cut off, and the others get everything', async () => {
  const viewers = new Viewers(() => undefined)
  const server = createServer((_request, response) => void viewers.add(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await using stream = await openStream(`http://127.0.0.1:${port}`)
  const stuck = connect(port, '127.0.0.1')
  stuck.pause()
  stuck.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n')
  await vi.waitFor(() => expect(viewers.count).toBe(2))

  const closed = once(stuck, 'close')
  const large = JSON.stringify({ at: 0, text: 'x'.repeat(1_000_000) })
  for (let sent = 1; viewers.count > 1; sent++) {
    viewers.send('hello', large)
    await vi.waitFor(() => expect(stream.messages).toHaveLength(sent))
    expect(sent).toBeLessThan(100)
  }
  stuck.resume()
  await closed
  expect(viewers.count).toBe(1)
  viewers[Symbol.dispose]()
  await stream.ended
  server.close()
})

test('the end of the last viewer is reported once', async () => {
  const onLast = vi.fn<() => void>()
  const viewers = new Viewers(onLast)
  const server = createServer((_request, response) => void viewers.add(response))
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const streams = [await openStream(address), await openStream(address)]
  await streams[0]![Symbol.asyncDispose]()
  await vi.waitFor(() => expect(viewers.count).toBe(1))
  expect(onLast).not.toHaveBeenCalled()
  await streams[1]![Symbol.asyncDispose]()
  await vi.waitFor(() => expect(onLast).toHaveBeenCalledOnce())
  server.close()
})
