import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { ActionContext, Receipt, Reclaimer } from '@homeostat/optimizer'
import { createMemoryCleanup, MemoryCleanupError, runtime } from '../../src/domain.ts'

function context(signal: AbortSignal = new AbortController().signal): ActionContext {
  const firing = { alert: 'MemoryPressure', labels: {}, annotations: {}, value: 0.9, since: 0 }
  return { firing, options: undefined, now: 1_000, signal, sliceMs: 2 }
}
function reclaimer(name: string, reclaim: Reclaimer['reclaim']): Reclaimer {
  return { name, reclaim }
}
function run(reclaimers: readonly Reclaimer[], signal?: AbortSignal): Promise<Receipt> {
  return createMemoryCleanup({ reclaimers: () => reclaimers }).run(context(signal))
}
const giving = (name: string, entries: number, blockedMs: number): Reclaimer =>
  reclaimer(name, async () => ({ summary: `${name} gave ${entries}`, effects: { entries }, blockedMs }))

describe('memory.cleanup', () => {
  test('adds up what all reclaimers freed, and reports the longest block', async () => {
    expect(await run([giving('a', 3, 1.5), giving('b', 4, 0.5)])).toEqual({
      summary: 'a gave 3; b gave 4',
      effects: { entries: 7 },
      blockedMs: 1.5,
    })
  })

  test('one that fails is a problem in the receipt, without its message, and stops no other', async () => {
    const failing = reclaimer('broken', async () => {
      throw Object.assign(new Error('key user:4711'), { code: 'EACCES' })
    })
    const throwing = reclaimer('worse', () => {
      throw new TypeError('secret')
    })
    const receipt = await run([failing, giving('b', 4, 1), throwing])
    expect(receipt.effects).toEqual({ entries: 4 })
    expect(receipt.problems).toEqual(['broken failed: EACCES', 'worse failed: TypeError'])
  })

  test('copies no more of a receipt than its limits allow, and counts anything else as a failure', async () => {
    const effects = Object.fromEntries(Array.from({ length: 100_000 }, (_, index) => [`entries${index}`, 1]))
    const receipt = await run([
      reclaimer('vast', async () => ({ summary: 'vast', effects })),
      reclaimer('void', async () => undefined as never),
    ])
    expect(Object.keys(receipt.effects)).toHaveLength(100)
    expect(receipt.problems).toEqual(['void failed: HOMEOSTAT_NOT_A_RECEIPT'])
  })

  test('the action fails only when all fail, and keeps the causes', async () => {
    const cause = new Error('no')
    const failing = reclaimer('broken', () => Promise.reject(cause))
    const error = await run([failing, failing]).catch((caught: unknown) => caught)
    expect(error).toBeInstanceOf(MemoryCleanupError)
    expect(error).toMatchObject({ code: 'HOMEOSTAT_MEMORY_CLEANUP_FAILED', cause: { errors: [cause, cause] } })
  })

  test('with nothing to run the receipt reports that', async () => {
    expect(await run([])).toEqual({ summary: 'nothing to give back', effects: {} })
  })

  test('they run side by side', async () => {
    let running = 0
    let most = 0
    const slow = reclaimer('slow', async () => {
      most = Math.max(most, ++running)
      await sleep(20)
      running--
      return { summary: '', effects: {} }
    })
    await run([slow, slow, slow])
    expect(most).toBe(3)
  })

  test('after an abort it returns what was done, and does not wait for one that goes on', async () => {
    const abort = new AbortController()
    const deaf = reclaimer('deaf', () => new Promise(() => undefined))
    const polite = reclaimer('polite', async ({ signal }) => {
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      return { summary: 'stopped', effects: { entries: 1 } }
    })
    const receipt = run([deaf, polite], abort.signal)
    abort.abort()
    expect(await receipt).toEqual({
      summary: 'stopped',
      effects: { entries: 1 },
      problems: ['deaf did not stop within 250 ms'],
    })
    expect(await run([giving('a', 1, 1)], abort.signal)).toMatchObject({ effects: {} })
  })

  test('the domain runs each reclaimer once, however often it was handed over', async () => {
    const one = giving('a', 3, 1)
    const domain = runtime({ reclaimers: () => [one, one] })
    expect(await domain.actions[0]!.run(context())).toMatchObject({ effects: { entries: 3 } })
  })
})
