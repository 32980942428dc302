import { afterEach, expect, it } from 'vitest'
import { homeostat, type Homeostat, type HomeostatOptions } from '../../src/index.ts'

let running: Homeostat[] = []
afterEach(async () => {
  await Promise.all(running.map(h => h.stop()))
  running = []
})

function start(options: HomeostatOptions): Homeostat {
  const given = { http: { breaker: { enforce: true } }, ...options }
  const h = homeostat({ autoStart: false, log: false, environment: {}, ...given })
  running.push(h)
  return h
}

const service = (h: Homeostat) => h.http.guarded('https://pay.example')

it('enforced breakers refuse in the modes advise and act, and in no lesser one', () => {
  const breaker = { enforce: true }
  const refuses: [HomeostatOptions, boolean][] = [
    [{}, true],
    [{ mode: 'act' }, true],
    [{ mode: 'act', maxMode: 'advise' }, false],
    [{ maxMode: 'off' }, false],
    [{ mode: 'shadow' }, false],
    [{ mode: 'off' }, false],
    [{ http: { mode: 'off', breaker } }, false],
    [{ mode: 'off', http: { mode: 'act', breaker } }, true],
    [{ signalsOnly: true }, false],
    [{ environment: { HOMEOSTAT_DISABLED: '1' } }, false],
    [{ http: false }, false],
  ]
  for (const [options, isEnforced] of refuses)
    expect(service(start(options)).isEnforced, JSON.stringify(options)).toBe(isEnforced)
})

it('the kill switch lets every call through at once, but the watchdog does not', async () => {
  const h = start({})
  const guarded = service(h)
  const fail = () => guarded.execute(() => Promise.reject(new Error('down'))).catch((error: unknown) => error)
  await expect
    .poll(() => Promise.all([fail(), fail(), fail()]).then(() => guarded.state), { timeout: 20_000 })
    .toBe('open')
  const call = () => guarded.execute(() => 'made').catch((error: { code: string }) => error.code)
  expect(await call()).toBe('HOMEOSTAT_BREAKER_OPEN')
  h.disable('an operator')
  expect([guarded.state, await call()]).toEqual(['open', 'made'])
  h.enable()
  expect(await call()).toBe('HOMEOSTAT_BREAKER_OPEN')
  let by: string | undefined = 'the watchdog: the event loop was blocked for 12.0 s'
  h.optimizer.killSwitch.add({ trippedBy: () => by })
  expect(await call()).toBe('HOMEOSTAT_BREAKER_OPEN')
  by = undefined
})

it('without the package every call is made, and the time limit of the application holds', async () => {
  const h = start({ http: false })
  for (const origin of ['https://pay.example', Object.create(null), undefined] as string[])
    expect(await h.http.guarded(origin).execute(() => 1)).toBe(1)
  const limited = h.http.guarded('https://pay.example', { timeoutMs: 20 })
  await expect(limited.execute(() => new Promise(() => {}))).rejects.toMatchObject({
    code: 'HOMEOSTAT_GUARDED_TIMEOUT',
  })
})
