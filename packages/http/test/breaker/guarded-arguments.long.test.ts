import { setTimeout as sleep } from 'node:timers/promises'
import { attributes as a, metrics } from '@homeostat/semconv'
import { expect, test } from 'vitest'
import { total } from '../client/measured.ts'
import { madeBreakers } from './made-breakers.ts'
import { remoteService } from './remote-service.ts'

const remote = remoteService()

test('origins are one service however they are written, and are bounded', () => {
  const { breakers } = madeBreakers()
  const service = breakers.guarded('https://api.example.com')
  expect(breakers.guarded('https://user:pass@API.example.com:443/path?query')).toBe(service)
  expect(breakers.guarded(new URL('https://api.example.com/'))).toBe(service)
  expect(service.origin).toBe('https://api.example.com')
  for (let at = 0; at < 300; at++) breakers.guarded(`https://host-${at}.example.com`)
  expect(breakers.size).toBe(100)
})

test('calls to services that look alike are never refused', async () => {
  const lines = warnings()
  const { breakers } = madeBreakers({ enforce: true })
  for (let at = 0; at < 100; at++) breakers.guarded(`https://host-${at}.example.com`)
  const [failing, further] = ['payments.example.com', 'https://host-100.example.com'].map(text =>
    breakers.guarded(text),
  )
  expect([failing!.origin, further!.origin]).toEqual(['_OTHER', '_OTHER'])
  remote.mode = 'fails'
  for (let round = 0; round < 25; round++) {
    expect(await Promise.all([remote.get(failing!), remote.get(failing!), remote.get(further!)])).toEqual([
      503, 503, 503,
    ])
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
  const { breakers } = madeBreakers()
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

test('options that are not valid are a line each, once, and the others are used', async () => {
  const lines = warnings()
  const { breakers } = madeBreakers()
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
  const { breakers, registry } = madeBreakers({ enforce: true })
  const service = breakers.guarded(remote.origin, { isFailure: isFailure as never })
  const ended = (result: string) => total(registry, metrics.httpGuardedCalls, { [a.httpCallResult]: result })
  for (let at = 0; at < 20; at++) expect(await remote.get(service)).toBe(200)
  expect([ended('succeeded'), ended('failed')]).toEqual([20, 0])
  remote.mode = 'fails'
  await remote.untilOpen(service)
})

test('a call that is made with anything else than it should be is made, or refused without harm to the service', async () => {
  const { breakers, registry } = madeBreakers({ enforce: true })
  for (const service of [breakers.guarded(remote.origin), breakers.guarded(remote.origin, { timeoutMs: 5000 })]) {
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
