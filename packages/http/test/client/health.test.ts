import { expect, test } from 'vitest'
import { Health } from '../../src/client/health.ts'

const SECOND = 1000

/** Ten requests per second for some seconds, of which a share fails; evenly spread. */
function run(health: Health, fromMs: number, seconds: number, failing: number): number {
  let debt = 0
  const endMs = fromMs + seconds * SECOND
  for (let now = fromMs; now < endMs; now += 100) {
    debt += failing
    if (debt >= 1) {
      debt -= 1
      health.failed(now)
    } else health.succeeded(now)
  }
  return endMs
}

test('a service without requests has no state', () => {
  const health = new Health()
  expect(health.stateAt(0)).toBeUndefined()
  health.succeeded(10)
  expect(health.stateAt(60_000)).toBeUndefined()
})

test('a service is ok, degraded and down by its share of failures', () => {
  for (const [failing, state] of [
    [0, 'ok'],
    [0.02, 'ok'],
    [0.2, 'degraded'],
    [0.7, 'down'],
  ] as const) {
    const health = new Health()
    const now = run(health, 0, 30, failing)
    expect(health.stateAt(now), String(failing)).toBe(state)
  }
})

test('a share at the edge of a limit does not let the state flap', () => {
  const health = new Health()
  let now = run(health, 0, 30, 0.12)
  let changes = 0
  let last = health.stateAt(now)
  for (let round = 0; round < 40; round++) {
    now = run(health, now, 10, round % 2 === 0 ? 0.08 : 0.12)
    const state = health.stateAt(now)
    if (state !== last) changes++
    last = state
  }
  expect(last).toBe('degraded')
  expect(changes).toBe(0)
})

test('a service that is down comes back within 25 s, and not before', () => {
  const health = new Health()
  let now = run(health, 0, 30, 1)
  expect(health.stateAt(now)).toBe('down')
  now = run(health, now, 4, 0)
  expect(health.stateAt(now)).toBe('down')
  now = run(health, now, 21, 0)
  expect(health.stateAt(now)).toBe('ok')
})

test('five failures in a row are an outage, also where there are few requests', () => {
  const health = new Health()
  for (let at = 0; at < 5; at++) health.failed(at * 20_000)
  expect(health.stateAt(80_000)).toBe('down')
})

test('requests without an answer from a service that is fast are an outage; long polling is not', () => {
  const [fast, polled] = [new Health(), new Health()]
  for (let at = 0; at < 100; at++) {
    fast.answered(20, at * 100)
    fast.succeeded(at * 100)
    polled.answered(30_000, at * 100)
    polled.succeeded(at * 100)
  }
  for (let at = 0; at < 5; at++) for (const health of [fast, polled]) health.sent(10_000)
  for (let now = 10_000; now <= 40_000; now += 1000) {
    fast.stateAt(now)
    polled.stateAt(now)
  }
  expect(fast.stateAt(40_000)).toBe('down')
  expect(polled.stateAt(40_000)).toBe('ok')
})

test('asking more often changes nothing, and after 5 minutes without a request nobody knows', () => {
  const [asked, not] = [new Health(), new Health()]
  let end = 0
  for (const health of [asked, not]) end = run(health, 0, 20, 0.7)
  for (let now = end; now < end + 60_000; now += 10) asked.stateAt(now)
  expect(asked.stateAt(end + 60_000)).toBe(not.stateAt(end + 60_000))
  expect(asked.stateAt(end + 60_000)).toBe('down')
  expect(asked.stateAt(end + 301_000)).toBeUndefined()
})

/** Ten answers per second for some seconds, which take so long, give or take a third. */
function answer(health: Health, fromMs: number, seconds: number, ms: number): number {
  const endMs = fromMs + seconds * SECOND
  for (let now = fromMs; now < endMs; now += 100) {
    health.answered(ms * (0.67 + 0.66 * ((now / 100) % 2)), now)
    health.succeeded(now)
  }
  return endMs
}

test('a service that answers ten times slower than it usually does is degraded, and ok once it is below five times', () => {
  const health = new Health()
  let now = answer(health, 0, 300, 40)
  expect(health.stateAt(now)).toBe('ok')
  expect(health.slowdown).toBeCloseTo(1, 1)
  now = answer(health, now, 20, 600)
  expect(health.stateAt(now)).toBe('degraded')
  expect(health.slowdown).toBeGreaterThan(10)
  // Between the two limits nothing changes.
  now = answer(health, now, 120, 280)
  expect(health.stateAt(now)).toBe('degraded')
  now = answer(health, now, 40, 120)
  expect(health.stateAt(now)).toBe('ok')
})

test.each([
  ['one that has always been slow', 4000, 4000],
  ['one that is four times slower', 40, 160],
  ['one that takes 20 ms instead of one: nobody waits for that', 1, 20],
])('a service is not degraded by its answers: %s', (_, usualMs, nowMs) => {
  const health = new Health()
  let now = answer(health, 0, 300, usualMs)
  now = answer(health, now, 120, nowMs)
  expect(health.stateAt(now)).toBe('ok')
})

test('a few very slow answers among many, and the first minute of a service, say nothing', () => {
  const health = new Health()
  let now = answer(health, 0, 20, 20)
  now = answer(health, now, 20, 2000)
  expect(health.stateAt(now)).toBe('ok')
  const other = new Health()
  now = answer(other, 0, 300, 20)
  for (let at = 0; at < 300; at++) {
    other.answered(at % 10 === 0 ? 5000 : 20, (now += 100))
    other.succeeded(now)
  }
  expect(other.stateAt(now)).toBe('ok')
})

test('a service that is slow and fails is down, and then degraded until it is fast again', () => {
  const health = new Health()
  let now = answer(health, 0, 300, 40)
  for (let at = 0; at < 200; at++) {
    health.answered(1000, (now += 100))
    health.failed(now)
  }
  expect(health.stateAt(now)).toBe('down')
  now = answer(health, now, 60, 1000)
  expect(health.stateAt(now)).toBe('degraded')
  now = answer(health, now, 60, 40)
  expect(health.stateAt(now)).toBe('ok')
})

test('a new level becomes the usual one, after more than half an hour and within two', () => {
  const health = new Health()
  let now = answer(health, 0, 1800, 40)
  now = answer(health, now, 1800, 500)
  expect(health.stateAt(now)).toBe('degraded')
  now = answer(health, now, 5400, 500)
  expect(health.stateAt(now)).toBe('ok')
})

test('requests that are sent at once and answered do not count as silence, however long the pause before', () => {
  for (const pauseMs of [0, 3000, 32_000, 3_600_000]) {
    for (const earlier of [0, 20]) {
      const health = new Health()
      for (let at = 0; at < earlier; at++) answerOne(health, at * 10)
      const now = earlier * 10 + pauseMs
      for (let at = 0; at < 8; at++) health.sent(now)
      for (let at = 0; at < 8; at++) answeredOne(health, now + 20)
      expect(health.stateAt(now + 30), `${pauseMs} ms, ${earlier}`).not.toBe('down')
      for (let at = 0; at < 8; at++) answerOne(health, now + 100 + at * 1000)
      expect(health.stateAt(now + 10_000), `${pauseMs} ms, ${earlier}`).toBe('ok')
    }
  }
})

test('silence begins with the third request that waits, and an answer ends it', () => {
  const health = new Health()
  for (let at = 0; at < 20; at++) answerOne(health, at * 10)
  health.sent(1000)
  health.sent(1000)
  expect(health.stateAt(60_000)).toBe('ok')
  health.sent(60_000)
  expect(health.stateAt(74_000)).toBe('ok')
  answerOne(health, 74_000)
  expect(health.stateAt(88_000)).toBe('ok')
  expect(health.stateAt(95_000)).toBe('down')
})

/** Five consumers that wait for messages: answered at once while there are some, and after the wait of a poll where none came. */
function polls(health: Health, fromMs: number, waitMs: number): { readonly endMs: number; readonly wasDown: boolean } {
  let wasDown = false
  for (let at = 0; at < 5; at++) health.sent(fromMs)
  for (let ms = 0; ms < waitMs; ms += SECOND) wasDown ||= health.stateAt(fromMs + ms) === 'down'
  for (let at = 0; at < 5; at++) {
    health.awaitedNoLonger()
    health.answered(waitMs, fromMs + waitMs)
    health.succeeded(fromMs + waitMs)
  }
  return { endMs: fromMs + waitMs, wasDown }
}

test.each([16, 20, 30, 60])(
  'long polls of %d s between fast answers are not silence once one was answered',
  seconds => {
    const health = new Health()
    let now = polls(health, answer(health, 0, 60, 20), seconds * SECOND).endMs
    for (let phase = 0; phase < 50; phase++) {
      now = answer(health, now, 120, 20)
      const { endMs, wasDown } = polls(health, now, seconds * SECOND)
      expect(wasDown, `phase ${phase}`).toBe(false)
      now = endMs
    }
    // Longer than a poll has ever taken.
    now = answer(health, now, 60, 20)
    for (let at = 0; at < 5; at++) health.sent(now)
    expect(health.stateAt(now + seconds * 1450)).toBe('ok')
    expect(health.stateAt(now + seconds * 1500 + 6 * SECOND)).toBe('down')
  },
)

test('the longest answers of yesterday count, and those of last month do not', () => {
  for (const [days, isSilence] of [
    [1, false],
    [30, true],
  ] as const) {
    const health = new Health()
    const now = polls(health, answer(health, 0, 60, 20), 20_000).endMs + days * 86_400_000
    expect(polls(health, answer(health, now, 120, 20), 21_000).wasDown, `${days}`).toBe(isSilence)
  }
})

test('a state does not depend on who asked for it before', () => {
  for (const failing of [0, 0.2, 0.7]) {
    const [asked, not] = [new Health(), new Health()]
    for (const health of [asked, not]) run(health, 0, 2, failing)
    for (let now = 2000; now < 55_000; now += 100) asked.stateAt(now)
    expect(asked.stateAt(55_000)).toBe(not.stateAt(55_000))
    expect(asked.stateAt(55_000)).toBeDefined()
  }
})

function answerOne(health: Health, nowMs: number): void {
  health.sent(nowMs)
  answeredOne(health, nowMs)
}

function answeredOne(health: Health, nowMs: number): void {
  health.awaitedNoLonger()
  health.answered(20, nowMs)
  health.succeeded(nowMs)
}
