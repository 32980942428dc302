import { createServer, request as ask } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it, onTestFinished } from 'vitest'
import { isAskable, isShareable } from '../../src/warming/shareable-response.ts'

interface Case {
  readonly status?: number
  readonly method?: string
  readonly path?: string
  readonly sent?: Readonly<Record<string, string>>
  readonly answered?: Readonly<Record<string, string>>
}

/** As a real server sees request and response. */
async function shareable({
  status = 200,
  method = 'GET',
  path = '/a',
  sent = {},
  answered = {},
}: Case): Promise<boolean> {
  const found = Promise.withResolvers<boolean>()
  const server = createServer((request, response) => {
    response.statusCode = status
    for (const [name, value] of Object.entries({ 'Cache-Control': 'public, max-age=60', ...answered }))
      if (value !== '') response.setHeader(name, value)
    response.on('finish', () => found.resolve(isShareable(request, response)))
    response.end('a')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  ask({ port, host: '127.0.0.1', method, path, headers: sent }, response => response.resume()).end()
  return found.promise
}

it.each<Case>([
  {},
  { answered: { 'Cache-Control': 's-maxage=60' } },
  { answered: { 'Cache-Control': 'PUBLIC, Max-Age=60' } },
  { answered: { 'Cache-Control': 'max-age=0, s-maxage="60"' } },
  { answered: { Vary: 'Accept-Encoding' } },
  { path: '/a?page=2' },
])('%j is for everybody', async each => {
  expect(await shareable(each)).toBe(true)
})

it.each<Case>([
  { method: 'POST' },
  { method: 'HEAD' },
  { status: 404 },
  { status: 206 },
  { status: 302 },
  { sent: { Cookie: 'a=1' } },
  { sent: { Authorization: 'Bearer a' } },
  { sent: { Range: 'bytes=0-1' } },
  { answered: { 'Set-Cookie': 'a=1' } },
  { answered: { 'Cache-Control': '' } },
  { answered: { 'Cache-Control': 'max-age=60' } },
  { answered: { 'Cache-Control': 'public' } },
  { answered: { 'Cache-Control': 'public, max-age=0' } },
  { answered: { 'Cache-Control': 'public, max-age=60, s-maxage=0' } },
  { answered: { 'Cache-Control': 'private, max-age=60, public' } },
  { answered: { 'Cache-Control': 'no-store, public, max-age=60' } },
  { answered: { 'Cache-Control': 'public, max-age=60, no-cache="set-cookie"' } },
  { answered: { Vary: 'Accept-Encoding, Cookie' } },
  { answered: { Vary: '*' } },
  { path: '/reset?token=1' },
  { path: '//host/a' },
])('%j is not', async each => {
  expect(await shareable(each)).toBe(false)
})

it.each([
  '/c?jsessionid=1',
  '/c;jsessionid=1',
  '/d?PHPSESSID=abc',
  '/e?idtoken=xyz',
  '/e?accessToken=xyz',
  '/f?%74oken=1',
  '/f?%2574oken=1',
  '/g?otp=123',
  '/g?connect.sid=1',
  '/h?next=%2Fa%3Fapi_key%3D1',
  '/j?invite=abc',
  '/i?q=bob@example.com',
  '/i?q=bob%40example.com',
  '/users/bob@example.com',
  '/verify/eyJhbGciOiJIUzI1NiJ9.e30.x',
  '/k?a=100%',
])('%s is meant for one person, or says too little', path => {
  expect(isAskable(path)).toBe(false)
})

it.each([
  '/',
  '/a?page=2&sort=price',
  '/a?author=ada',
  '/a?keywords=red+shoes',
  '/npm/lodash@4.17.21/lodash.min.js',
  '/@scope/package',
  '/app.js?v=8f3e2c1d9b7a',
  '/a;v=1',
  '/caf%C3%A9?side=left&shipping=free',
])('%s is for everybody', path => {
  expect(isAskable(path)).toBe(true)
})
