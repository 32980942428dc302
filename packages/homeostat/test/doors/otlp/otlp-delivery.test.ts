import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { deliver, type Delivered } from '../../../src/doors/otlp/otlp-delivery.ts'
import type { OtlpAnswer } from '../../../src/doors/otlp/otlp-request.ts'

const OK: OtlpAnswer = { kind: 'accepted', rejectedPoints: 0 }
const BUSY: OtlpAnswer = { kind: 'later', why: 'it answers HTTP 503', afterMs: undefined }
const message = (text: string): { body: Buffer; points: number } => ({ body: Buffer.from(text), points: 1 })

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Delivers messages to a receiver that gives these answers, the last one again and again; with the times of the requests. */
async function run(
  texts: string[],
  answers: OtlpAnswer[],
  { timeoutMs = 30_000, isLast = false } = {},
): Promise<[Delivered, [string, number][]]> {
  const sent: [string, number][] = []
  const start = performance.now()
  const delivering = deliver(texts.map(message), {
    post: body => {
      sent.push([body.toString(), Math.round(performance.now() - start)])
      return Promise.resolve(answers.length > 1 ? answers.shift()! : answers[0]!)
    },
    timeoutMs,
    isLast,
    signal: new AbortController().signal,
    now: () => performance.now(),
    random: () => 0.5,
  })
  await vi.advanceTimersByTimeAsync(700_000)
  return [await delivering, sent]
}

test('a message is sent five times, after growing rests, and is left with what comes after it', async () => {
  const [{ left, failure }, sent] = await run(['a', 'b', 'c'], [OK, BUSY])
  expect(sent).toEqual([
    ['a', 0],
    ['b', 0],
    ['b', 1000],
    ['b', 2500],
    ['b', 4750],
    ['b', 8125],
  ])
  expect(left.map(({ body }) => String(body))).toEqual(['b', 'c'])
  expect(failure).toEqual({ why: 'it answers HTTP 503', isFinal: false })
})

test('the last export asks a receiver that cannot be reached once, and a busy one again', async () => {
  const dead: OtlpAnswer = { kind: 'later', why: 'nothing listens there', afterMs: undefined, isUnreachable: true }
  const [{ left, failure }, once] = await run(['a', 'b'], [dead], { isLast: true })
  expect(once).toEqual([['a', 0]])
  expect(left).toHaveLength(2)
  expect(failure).toEqual({ why: 'nothing listens there', isFinal: false })
  const [, again] = await run(['a'], [BUSY, OK], { isLast: true })
  expect(again).toHaveLength(2)
  const [, ordinary] = await run(['a'], [dead])
  expect(ordinary).toHaveLength(5)
})

test('a rest that the receiver asks for is kept, and one that does not fit in the export ends it', async () => {
  const [, sent] = await run(['a'], [{ ...BUSY, afterMs: 7000 }, OK])
  expect(sent).toEqual([
    ['a', 0],
    ['a', 7000],
  ])
  const [{ left, notBefore }, once] = await run(['a'], [{ ...BUSY, afterMs: 31_000 }])
  expect(once).toHaveLength(1)
  expect(left).toHaveLength(1)
  expect(notBefore).toBeDefined()
})

test('a receiver that asks for a year is asked again after ten minutes', async () => {
  const start = performance.now()
  const [{ notBefore }] = await run(['a'], [{ ...BUSY, afterMs: 365 * 86_400_000 }])
  expect(notBefore! - start).toBe(600_000)
})

test('a message that is refused is dropped, and the others are sent', async () => {
  const [{ left, failure, rejectedPoints }, sent] = await run(
    ['a', 'b'],
    [
      { kind: 'refused', why: 'it answers HTTP 400' },
      { kind: 'accepted', rejectedPoints: 3 },
    ],
  )
  expect(sent).toHaveLength(2)
  expect(left).toEqual([])
  expect(failure).toEqual({ why: 'it answers HTTP 400', isFinal: true })
  expect(rejectedPoints).toBe(3)
})
