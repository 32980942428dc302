import { expect, test } from 'vitest'
import { Loop, relieve, response } from '../loop.ts'

const outcomeOf = async (loop: Loop): Promise<unknown> => {
  const entries = await loop.run(20_000, () => 0.9)
  return entries.flatMap(entry => entry.ended)[0]?.outcome
}

test('an action that ends when it is aborted still hands in its receipt', async () => {
  const loop = new Loop({
    responses: [{ ...response, timeoutMs: 20 }],
    actions: [
      relieve(
        ({ signal }) =>
          new Promise(resolve => {
            let plants = 0
            const timer = setInterval(() => plants++, 1)
            signal.addEventListener('abort', () => {
              clearInterval(timer)
              resolve({ summary: 'stopped early', effects: { plants } })
            })
          }),
      ),
    ],
  })

  expect(await outcomeOf(loop)).toMatchObject({ status: 'completed', receipt: { summary: 'stopped early' } })
})

test('a listener of its signal that throws does not end the process', async () => {
  let escaped = 0
  const others = process.listeners('uncaughtException')
  process.removeAllListeners('uncaughtException').on('uncaughtException', () => escaped++)
  const loop = new Loop({
    responses: [{ ...response, timeoutMs: 20 }],
    actions: [
      relieve(({ signal }) => {
        signal.addEventListener('abort', () => {
          throw new Error('canary')
        })
        return new Promise(() => undefined)
      }),
    ],
  })

  expect(await outcomeOf(loop)).toMatchObject({ status: 'timeout' })
  expect(escaped).toBe(0)
  process.removeAllListeners('uncaughtException')
  for (const other of others) process.on('uncaughtException', other)
})

test('an action that ignores its signal delays nothing', async () => {
  const loop = new Loop({
    responses: [{ ...response, timeoutMs: 20 }],
    actions: [relieve(() => new Promise(() => undefined))],
  })

  expect(await outcomeOf(loop)).toEqual({
    status: 'timeout',
    error: 'plant.relieve did not end within 20 ms; raise timeoutMs of its response or make it honour its AbortSignal',
  })
})

test('the kill switch aborts what runs', async () => {
  const loop = new Loop({
    actions: [
      relieve(
        ({ signal }) =>
          new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error))
            loop.optimizer.killSwitch.trip('the operator')
          }),
      ),
    ],
  })

  expect(await outcomeOf(loop)).toMatchObject({ status: 'aborted', error: 'kill switch tripped by the operator' })
})

test('stopping aborts what runs and waits for it', async () => {
  let reason: unknown
  const loop = new Loop({
    actions: [
      relieve(
        ({ signal }) =>
          new Promise(resolve => {
            signal.addEventListener('abort', () => {
              reason = signal.reason
              resolve({ summary: 'stopped', effects: {} })
            })
          }),
      ),
    ],
  })
  loop.pressure.set(0.9)
  for (let tick = 0; tick < 3; tick++, loop.now += 5000) loop.optimizer.tick(loop.now)

  await loop.optimizer.stop()

  expect(reason).toEqual(new Error('Homeostat is shutting down'))
})

test('network calls of an action leave no spans', async () => {
  const { context, createContextKey } = await import('@opentelemetry/api')
  const { AsyncLocalStorageContextManager } = await import('../context-manager.ts')
  context.setGlobalContextManager(new AsyncLocalStorageContextManager())
  let isSuppressed: unknown
  const loop = new Loop({
    actions: [
      relieve(async () => {
        isSuppressed = context.active().getValue(createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING'))
        return { summary: 'done', effects: { plants: 1 } }
      }),
    ],
  })

  await outcomeOf(loop)

  expect(isSuppressed).toBe(true)
})

test('a run that was given up is not started again while it goes on', async () => {
  let runs = 0
  const loop = new Loop({
    responses: [{ ...response, timeoutMs: 1, cooldownMs: 0 }],
    actions: [
      relieve(() => {
        runs++
        return new Promise(() => undefined)
      }),
    ],
  })

  const entries = await loop.run(40_000, () => 0.9)

  expect(runs).toBe(1)
  expect(entries.at(-1)?.refusals).toMatchObject([
    { reason: 'conflict', detail: 'a run of it, or on the same resource, has not ended' },
  ])
})

test.each([undefined, null, 'done', { summary: 'done' }, { summary: 'done', effects: { plants: Number.NaN } }])(
  'an action that returns %j instead of a receipt has failed, and the loop goes on',
  async result => {
    const loop = new Loop({ actions: [relieve(async () => result as never)] })

    const entries = await loop.run(30_000, () => 0.9)

    expect(entries).toHaveLength(7)
    expect(entries.flatMap(entry => entry.verdicts)).toMatchObject([{ verdict: 'failed' }])
    expect(loop.optimizer.explain('plant.relieve#1')?.line).toContain('returned no receipt')
  },
)

test('the ledger reports what an action did until the shutdown ended it', async () => {
  const loop = new Loop({
    actions: [
      relieve(
        ({ signal }) =>
          new Promise(resolve => {
            signal.addEventListener('abort', () => resolve({ summary: 'stopped early', effects: { plants: 2 } }))
          }),
      ),
    ],
  })
  loop.pressure.set(0.9)
  for (let tick = 0; tick < 3; tick++, loop.now += 5000) loop.optimizer.tick(loop.now)
  const ended: unknown[] = []
  loop.optimizer.on(entry => void ended.push(...entry.ended))

  await loop.optimizer.stop()

  expect(ended).toMatchObject([{ outcome: { status: 'completed', receipt: { summary: 'stopped early' } } }])
})
