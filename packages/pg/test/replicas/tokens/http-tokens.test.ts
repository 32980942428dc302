import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type OutgoingHttpHeader, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { get } from 'node:http'
import { expect, it } from 'vitest'
import { httpTokens } from '../../../src/replicas/tokens/http-tokens.ts'

/** What a client of a server gets whose handler has written. */
async function headersOf(answer: (response: ServerResponse) => void): Promise<IncomingHttpHeaders> {
  const middleware = httpTokens({ run: work => work(), answer: () => ({ token: 'the-token', isNews: true }) })
  const server = createServer((request, response) => middleware(request, response, () => answer(response)))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    return await new Promise((resolve, reject) => {
      get({ port: (server.address() as AddressInfo).port, host: '127.0.0.1' }, response => {
        response.resume()
        resolve(response.headers)
      }).on('error', reject)
    })
  } finally {
    server.close()
  }
}

const OURS = expect.stringMatching(/^homeostat_read=the-token; Path=\//)

it.each<[string, OutgoingHttpHeader[] | Record<string, OutgoingHttpHeader>, string[]]>([
  ['an object', { 'Set-Cookie': 'a=1', 'x-homeostat-read': 'mine' }, ['a=1']],
  ['an object with several', { 'set-cookie': ['a=1', 'b=2'], 'X-Homeostat-Read': 'mine' }, ['a=1', 'b=2']],
  ['a list', ['Set-Cookie', 'a=1', 'set-cookie', 'b=2', 'x-homeostat-read', 'mine'], ['a=1', 'b=2']],
  ['a list without cookies', ['x-other', '1'], ['set=before']],
  ['an object without cookies', { 'x-other': '1' }, ['set=before']],
])('the token goes beside what writeHead() gets as %s', async (_, given, cookies) => {
  for (const status of [[200], [200, 'Fine']] as const) {
    const headers = await headersOf(response => {
      response.setHeader('Set-Cookie', 'set=before')
      ;(response.writeHead as (...args: unknown[]) => ServerResponse)(...status, given).end()
    })
    expect(headers['set-cookie']).toEqual([...cookies, OURS])
    expect(headers['x-homeostat-read']).toBe('the-token')
  }
})

it('the token goes with an answer whose handler does not call writeHead()', async () => {
  const headers = await headersOf(response => {
    response.setHeader('Set-Cookie', 'a=1')
    response.end()
  })
  expect(headers['set-cookie']).toEqual(['a=1', OURS])
})

it('a request continues what its header and its cookie say, as either may be the newer one', async () => {
  const continued: (string | undefined)[] = []
  const middleware = httpTokens({
    run: (work, token) => {
      continued.push(token)
      return work()
    },
    answer: () => undefined,
  })
  const server = createServer((request, response) => middleware(request, response, () => response.end()))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const tokensOf = async (headers: Record<string, string>): Promise<unknown[]> => {
    continued.length = 0
    await (await fetch(url, { headers })).text()
    return [...continued]
  }
  expect(await tokensOf({ 'x-homeostat-read': 'a', cookie: 'homeostat_read=b' })).toEqual(['a', 'b'])
  expect(await tokensOf({ 'x-homeostat-read': 'a', cookie: 'homeostat_read=a' })).toEqual(['a'])
  expect(await tokensOf({ 'x-homeostat-read': 'a' })).toEqual(['a'])
  expect(await tokensOf({ cookie: 'homeostat_read=b' })).toEqual(['b'])
  expect(await tokensOf({})).toEqual([undefined])
  server.close()
})
