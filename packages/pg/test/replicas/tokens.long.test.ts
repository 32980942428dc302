import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { TokenSigner } from '../../src/replicas/tokens/read-token.ts'
import { balanceOf } from './pool/routed.ts'
import { RoutedServers } from './pool/routed-servers.ts'

const context = new RoutedServers()

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>

/** A browser: it keeps the cookie of the last answer that has one. */
class User {
  cookie: string | undefined
  readonly #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** @returns the answer's own cookie and header */
  async request(path: string, headers: Record<string, string> = {}): Promise<{ cookie?: string; header?: string }> {
    const sent = this.cookie === undefined ? headers : { ...headers, cookie: this.cookie }
    const response = await fetch(`${this.#url}${path}`, { headers: sent })
    await response.text()
    expect(response.status).toBe(200)
    const [cookie] = response.headers.getSetCookie()
    if (cookie !== undefined) this.cookie = cookie.split(';')[0]!
    const header = response.headers.get('x-homeostat-read')
    return { ...(cookie !== undefined && { cookie }), ...(header !== null && { header }) }
  }
}

async function user(handlers: Record<string, Handler>): Promise<User> {
  const middleware = context.pool.routing.middleware()
  const listener: RequestListener = (request, response) =>
    middleware(request, response, () => void handlers[request.url!]!(request, response).then(() => response.end('ok')))
  const server = createServer(listener)
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return new User(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

let value = 0
const handlers: Record<string, Handler> = {
  '/write': async () => void (await context.pool.query('UPDATE accounts SET balance = $1 WHERE id = 20', [++value])),
  '/read': async () => expect(await balanceOf(context.pool, 20)).toBe(value),
}

/** Clicks until a replica has answered. @returns how many cookies came */
async function clicks(who: User, headers?: Record<string, string>): Promise<number> {
  const { counts } = context.pool.routing
  const { routed } = counts
  let cookies = 0
  await expect
    .poll(
      async () => {
        const { cookie } = await who.request('/read', headers)
        if (cookie !== undefined) cookies++
        return counts.routed
      },
      { timeout: 20_000, interval: 1 },
    )
    .toBeGreaterThan(routed)
  return cookies
}

describe('after one write', () => {
  it('a user who goes on clicking reads from replicas again, with one more cookie at most', async () => {
    const who = await user(handlers)
    expect((await who.request('/write')).cookie).toMatch(/^homeostat_read=v1\./)
    let cookies = await clicks(who)
    for (let click = 0; click < 30; click++) cookies += (await who.request('/read')).cookie === undefined ? 0 : 1
    expect(cookies).toBeLessThanOrEqual(1)
    expect(await clicks(who)).toBe(0)
  })

  it('a client without cookies has the header of each answer, and reads from replicas again', async () => {
    const who = await user(handlers)
    let { header } = await who.request('/write')
    who.cookie = undefined
    const { routed } = context.pool.routing.counts
    await expect
      .poll(
        async () => {
          ;({ header } = await who.request('/read', { 'x-homeostat-read': header! }))
          who.cookie = undefined
          expect(header).toMatch(/^v1\./)
          return context.pool.routing.counts.routed
        },
        { timeout: 20_000, interval: 1 },
      )
      .toBeGreaterThan(routed)
  })

  it('the token of another process, whose position is not known, is looked up once', async () => {
    const who = await user(handlers)
    const system = /^v1\.(\d+)/.exec((await who.request('/write')).header!)![1]!
    const signer = new TokenSigner(['a secret of the tests'])
    const foreign = signer.sign({ kind: 'pending', system, issuer: '0123456789abcdef', moment: 1e9 })
    who.cookie = undefined
    await clicks(who, { 'x-homeostat-read': foreign })
    // Its moment is later than all of this process: it counts from when it was first seen.
    expect(await clicks(who, { 'x-homeostat-read': foreign })).toBe(0)
  })
})

describe('without a write', () => {
  it('a text that was not learned yet sets no cookie once it is known to read', async () => {
    const text = 'SELECT balance AS one_more FROM accounts WHERE id = $1'
    const learnedLate: Handler = async () => {
      await context.pool.query(text, [1])
      await context.pool.routing.learned()
    }
    const who = await user({ ...handlers, '/new': learnedLate })
    expect(await who.request('/new')).toEqual({})
    expect(await context.pool.routing.classify(text)).toBe('read')
  })

  it('what somebody has made up gives no token to the client, and its reads move', async () => {
    const who = await user(handlers)
    const junk = { 'x-homeostat-read': 'v1.1.pending-0123456789abcdef-1.AAAA', cookie: 'homeostat_read=x' }
    expect(await who.request('/read', junk)).toEqual({})
    // The position of the moment at which it came is not known within so short a request.
    expect(await clicks(who)).toBe(0)
  })

  it('a job that was added under a token that cannot be read hands one on nevertheless', () => {
    context.pool.routing.run(() => {
      expect(context.pool.routing.jobData({})).toHaveProperty('homeostatReadToken')
    }, 'v1.1.x')
  })
})
