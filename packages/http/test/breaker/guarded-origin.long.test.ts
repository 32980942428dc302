import { setTimeout as sleep } from 'node:timers/promises'
import { attributes as a, metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createBreakerKnob } from '../../src/breaker/breaker-knob.ts'
import { Breakers } from '../../src/breaker/breakers.ts'
import { LocalServer } from '../client/local-server.ts'
import { total } from '../client/measured.ts'

let server: LocalServer
let mode: 'answers' | 'fails' | 'hangs' = 'answers'
let reached = 0

beforeEach(async () => {
  mode = 'answers'
  reached = 0
  server = await LocalServer.start((_, response) => {
    reached++
    if (mode !== 'hangs') response.writeHead(mode === 'fails' ? 503 : 200).end('{}')
  })
})
afterEach(() => server[Symbol.asyncDispose]())

function made(options: ConstructorParameters<typeof Breakers>[1] = {}) {
  const registry = new Registry({ scope: { name: 'test' } })
  const breakers = new Breakers(registry, { halfOpenAfterMs: 300, ...options })
  return { registry, breakers }
}

/** Calls a few times per round until the breaker is open, for at most 10 s. */
async function untilOpen(service: ReturnType<Breakers['guarded']>): Promise<void> {
  for (let round = 0; round < 200 && service.state === 'closed'; round++) {
    await Promise.allSettled(Array.from({ length: 3 }, () => get(service)))
    await sleep(50)
  }
  expect(service.state).toBe('open')
}

const get = async (service: ReturnType<Breakers['guarded']>) => {
  const answer = await service.execute(({ signal }) => fetch(server.origin, { signal }))
  await answer.text()
  return answer.status
}

describe('a guarded service', () => {
  test('hands through what the call returns and throws', async () => {
    const service = made().breakers.guarded(server.origin)
    expect(await get(service)).toBe(200)
    expect(await service.execute(() => 42)).toBe(42)
    const error = new RangeError('mine')
    await expect(service.execute(() => Promise.reject(error))).rejects.toBe(error)
    await expect(
      service.execute(() => {
        throw error
      }),
    ).rejects.toBe(error)
  })

  test('refuses nothing while it is not enforced, and counts what it would refuse', async () => {
    const { breakers, registry } = made()
    const service = breakers.guarded(server.origin)
    mode = 'fails'
    await untilOpen(service)
    const before = reached
    expect(await get(service)).toBe(503)
    expect(reached).toBe(before + 1)
    expect(total(registry, metrics.httpBreakerRefusals, { [a.trialArm]: 'shadow' })).toBeGreaterThan(0)
    expect(total(registry, metrics.httpBreakerRefusals, { [a.trialArm]: 'act' })).toBe(0)
  })

  test('refuses calls at once while the service fails, tests it after the declared time, and is back with it', async () => {
    const { breakers } = made({ enforce: true })
    const service = breakers.guarded(server.origin)
    mode = 'fails'
    await untilOpen(service)
    const openedAt = performance.now()
    const before = reached
    await expect(get(service)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
    expect(reached).toBe(before)
    mode = 'answers'
    await expect.poll(() => get(service).catch(() => 0), { interval: 20, timeout: 5000 }).toBe(200)
    // It was open for up to a round of calls before that was noticed.
    expect(performance.now() - openedAt).toBeGreaterThanOrEqual(150)
    expect(service.state).toBe('closed')
    expect(await Promise.all(Array.from({ length: 20 }, () => get(service)))).toEqual(
      Array.from({ length: 20 }, () => 200),
    )
  })

  test('counts the time of refusals that the next test of the service shows to be needless', async () => {
    const { breakers, registry } = made({ enforce: true })
    const service = breakers.guarded(server.origin)
    const needless = () => total(registry, metrics.httpBreakerNeedlessTime, {})
    mode = 'fails'
    await untilOpen(service)
    const before = reached
    const isTested = () =>
      get(service).then(
        () => reached > before,
        () => reached > before,
      )
    // The test fails: the calls until then were refused for good.
    await expect.poll(isTested, { interval: 20, timeout: 5000 }).toBe(true)
    expect(needless()).toBe(0)
    const atTest = performance.now()
    mode = 'answers'
    await expect.poll(() => get(service).catch(() => 0), { interval: 20, timeout: 5000 }).toBe(200)
    // Open for at least four fifths of the declared 300 ms; the first refusal may come a little after that began.
    expect(needless()).toBeGreaterThan(0.1)
    expect(needless()).toBeLessThanOrEqual((performance.now() - atTest) / 1000)
  })

  test('while one call tests a service that hangs, the others are refused at once', async () => {
    const { breakers } = made({ enforce: true })
    const service = breakers.guarded(server.origin, { timeoutMs: 200 })
    mode = 'hangs'
    await untilOpen(service)
    await sleep(320)
    const probe = get(service)
    expect(service.state).toBe('half_open')
    const begin = performance.now()
    await expect(get(service)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
    expect(performance.now() - begin).toBeLessThan(150)
    await expect(probe).rejects.toMatchObject({ code: 'HOMEOSTAT_GUARDED_TIMEOUT' })
    expect(service.state).toBe('open')
  })

  test('opens for a service that hangs though the calls have no time limit', async () => {
    const { breakers } = made({ enforce: true })
    const service = breakers.guarded(server.origin)
    for (let at = 0; at < 60; at++) await get(service)
    mode = 'hangs'
    const calls: Promise<number>[] = []
    for (let at = 0; at < 20; at++) {
      calls.push(get(service).catch(() => 0))
      await sleep(40)
    }
    await expect.poll(() => service.state, { timeout: 5000 }).toBe('open')
    await expect(get(service)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
    await server[Symbol.asyncDispose]()
    await Promise.all(calls)
    server = await LocalServer.start(() => undefined)
  })

  test('a caller that gives up says nothing about the service', async () => {
    const { breakers, registry } = made({ enforce: true })
    const service = breakers.guarded(server.origin)
    mode = 'hangs'
    for (let at = 0; at < 30; at++)
      await expect(
        service.execute(({ signal }) => fetch(server.origin, { signal }), { signal: AbortSignal.timeout(50) }),
      ).rejects.toThrow()
    expect(service.state).toBe('closed')
    expect(total(registry, metrics.httpGuardedCalls, { [a.httpCallResult]: 'aborted' })).toBe(30)
  })

  test('opens for nothing while the own event loop is blocked', async () => {
    const { breakers } = made({ enforce: true })
    const service = breakers.guarded(server.origin)
    for (let at = 0; at < 60; at++) await get(service)
    for (let round = 0; round < 3; round++) {
      const calls = Array.from({ length: 20 }, () => get(service))
      // They are on their way.
      await sleep(5)
      const end = performance.now() + 1500
      while (performance.now() < end);
      expect(await Promise.all(calls)).toEqual(Array.from({ length: 20 }, () => 200))
    }
    expect(service.state).toBe('closed')
  })

  test('the application decides what is a failure, and may be wrong', async () => {
    const { breakers } = made({ enforce: true })
    const service = breakers.guarded(server.origin, { isFailure: answer => (answer as Response).status === 200 })
    await untilOpen(service)
    const faulty = made({ enforce: true }).breakers.guarded(server.origin, {
      isFailure: () => {
        throw new Error('mine')
      },
    })
    expect(await get(faulty)).toBe(200)
  })
})

test('origins are one service however they are written, and are bounded', () => {
  const { breakers } = made()
  const service = breakers.guarded('https://api.example.com')
  expect(breakers.guarded('https://user:pass@API.example.com:443/path?query')).toBe(service)
  expect(breakers.guarded(new URL('https://api.example.com/'))).toBe(service)
  expect(service.origin).toBe('https://api.example.com')
  for (let at = 0; at < 300; at++) breakers.guarded(`https://host-${at}.example.com`)
  expect(breakers.size).toBe(100)
})

test('calls to services that look alike are never refused', async () => {
  const lines = warnings()
  const { breakers } = made({ enforce: true })
  for (let at = 0; at < 100; at++) breakers.guarded(`https://host-${at}.example.com`)
  const [failing, further] = ['payments.example.com', 'https://host-100.example.com'].map(text =>
    breakers.guarded(text),
  )
  expect([failing!.origin, further!.origin]).toEqual(['_OTHER', '_OTHER'])
  mode = 'fails'
  for (let round = 0; round < 25; round++) {
    expect(await Promise.all([get(failing!), get(failing!), get(further!)])).toEqual([503, 503, 503])
    await sleep(50)
  }
  expect([failing!.state, failing!.isEnforced, await breakers.guarded('users.example.com').execute(() => 1)]).toEqual([
    'closed',
    false,
    1,
  ])
  expect((await lines()).filter(line => line.startsWith('guarded()'))).toEqual([
    'guarded() expects an origin such as https://api.example.com, with its scheme; calls to others are made and never refused',
    'guarded() has breakers for 100 origins; calls to further ones are made and never refused',
  ])
})

test('anything may be handed over in place of an origin', async () => {
  const { breakers } = made()
  const throws = {
    get origin() {
      throw new Error('mine')
    },
  }
  const all = [
    '',
    'nonsense',
    'ftp://a',
    undefined,
    null,
    1,
    {},
    'http://a b',
    Symbol('x'),
    Object.create(null),
    throws,
  ]
  for (const wrong of all) expect(await breakers.guarded(wrong as never, null as never).execute(() => 1)).toBe(1)
  expect(breakers.size).toBe(0)
})

test('each service has the options that it was asked for with, and shares the breaker', async () => {
  const { breakers } = made({ enforce: true })
  const plain = breakers.guarded(server.origin)
  const limited = breakers.guarded(server.origin, { timeoutMs: 50 })
  expect(breakers.guarded(server.origin, { timeoutMs: 50 })).toBe(limited)
  mode = 'hangs'
  await expect(get(limited)).rejects.toMatchObject({ code: 'HOMEOSTAT_GUARDED_TIMEOUT' })
  mode = 'fails'
  await untilOpen(limited)
  expect(plain.state).toBe('open')
  await expect(get(plain)).rejects.toMatchObject({ code: 'HOMEOSTAT_BREAKER_OPEN' })
})

test('options that are not valid are a line each, once, and the others are used', async () => {
  const lines = warnings()
  const { breakers } = made()
  const wrong = [null, 5, [], { timeoutMs: NaN }, { timeoutMs: '5s' }, { isFailure: 5 }, { timeout: 1000 }]
  for (let round = 0; round < 2; round++)
    for (const options of wrong)
      expect(await breakers.guarded('https://api.example.com', options as never).execute(() => 1)).toBe(1)
  expect(await lines()).toEqual([
    'guarded() is null, but must be an object of options; none is used',
    'guarded() is 5, but must be an object of options; none is used',
    'guarded() is an empty list, but must be an object of options; none is used',
    'guarded().timeoutMs is NaN, but must be a number from 1 to 86400000 (ms); there is no limit',
    'guarded().timeoutMs is the text "5s", but must be a number from 1 to 86400000 (ms); there is no limit',
    'guarded().isFailure is 5, but must be a function; the status of responses is used',
    'guarded().timeout is not an option of guarded() and is ignored; did you mean timeoutMs?',
  ])
})

test.each([
  [
    'throws',
    () => {
      throw new Error('mine')
    },
  ],
  ['returns a promise of false', async () => false],
  [
    'returns a promise that rejects',
    async () => {
      throw new Error('mine')
    },
  ],
])('the status counts where isFailure %s', async (_, isFailure) => {
  const { breakers, registry } = made({ enforce: true })
  const service = breakers.guarded(server.origin, { isFailure: isFailure as never })
  const ended = (result: string) => total(registry, metrics.httpGuardedCalls, { [a.httpCallResult]: result })
  for (let at = 0; at < 20; at++) expect(await get(service)).toBe(200)
  expect([ended('succeeded'), ended('failed')]).toEqual([20, 0])
  mode = 'fails'
  await untilOpen(service)
})

test('a call that is made with anything else than it should be is made, or refused without harm to the service', async () => {
  const { breakers, registry } = made({ enforce: true })
  for (const service of [breakers.guarded(server.origin), breakers.guarded(server.origin, { timeoutMs: 5000 })]) {
    for (const options of [null, 5, { signal: 5 }, { signal: null }])
      expect(await service.execute(() => 1, options as never)).toBe(1)
    for (const call of [undefined, 5, {}]) await expect(service.execute(call as never)).rejects.toThrow(TypeError)
    // As a library of its own has it.
    const aborted = new EventTarget() as AbortSignal
    Object.assign(aborted, { aborted: true, reason: new Error('mine') })
    const seen = await service.execute(({ signal }) => signal.aborted, { signal: aborted })
    expect(seen).toBe(true)
    expect(
      await service.execute(
        () =>
          new Proxy(
            {},
            {
              get: (_, key) => {
                if (key === 'status') throw new Error('mine')
                return undefined
              },
            },
          ),
      ),
    ).toBeDefined()
  }
  expect(total(registry, metrics.httpGuardedCalls, { [a.httpCallResult]: 'failed' })).toBe(0)
})

/** Follows the warnings of this process. @returns what came until it is called */
function warnings(): () => Promise<string[]> {
  const lines: string[] = []
  const note = ({ message }: Error): unknown => lines.push(message)
  process.on('warning', note)
  return async () => {
    await sleep(0)
    process.off('warning', note)
    return lines
  }
}

test('the knob lets open breakers refuse, and says when no call is guarded', () => {
  const { breakers } = made()
  const knob = createBreakerKnob(breakers)
  expect(knob.unready?.()).toMatch(/h\.http\.guarded/)
  const service = breakers.guarded('https://api.example.com')
  expect(knob.unready?.()).toBeUndefined()
  expect(knob.compareAndSet(0, 1)).toBe(true)
  expect([knob.read(), service.isEnforced]).toEqual([1, true])
  expect(knob.compareAndSet(0, 1)).toBe(false)
})
