import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import { killAndRestart, missingOfRestart } from '../src/demo/restart.ts'
import type { ShopProcess } from '../src/demo/shop-process.ts'

type Knobs = Readonly<Record<string, number | null>>

/** A shop that shows these knobs when it is asked, the last ones for ever. */
async function shopWith(
  answers: readonly Knobs[],
  onAsked: (times: number) => void = () => undefined,
): Promise<ShopProcess> {
  let asked = 0
  const server = createServer((_, response) => {
    const knobs = answers[Math.min(asked, answers.length - 1)]
    onAsked(++asked)
    response.end(JSON.stringify({ knobs }))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ended: new Promise(() => undefined),
    kill: async () => undefined,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      server.close()
    },
  }
}

const usual = { 'shop.offersPerPage': 400, 'shop.placebo': 0 }
const never = new AbortController().signal

it('waits until every knob is back', async () => {
  const changed = { ...usual, 'shop.offersPerPage': 100 }
  await using shop = await shopWith([changed, changed, usual])
  const restarted = await killAndRestart({ shop, restart: async () => undefined }, usual, never)
  expect(restarted.knobs[0]).toEqual({ name: 'shop.offersPerPage', before: 400, atKill: 100, after: 400 })
  expect(restarted.backAfterMs).toBeGreaterThan(0)
  expect(missingOfRestart(restarted)).toEqual([])
})

it('does not take a knob for back that cannot be read, although it could not be read before either', async () => {
  const unreadable = { ...usual, 'shop.placebo': null }
  const over = new AbortController()
  await using shop = await shopWith([unreadable], times => times > 2 && over.abort())
  const restarted = await killAndRestart({ shop, restart: async () => undefined }, unreadable, over.signal)
  expect(restarted.backAfterMs).toBeUndefined()
  expect(missingOfRestart(restarted)).toEqual([
    'expected every knob to be back after kill -9, and these were not: shop.placebo',
  ])
})

it('reports a shop that does not start again', async () => {
  await using shop = await shopWith([{ ...usual, 'shop.offersPerPage': 100 }])
  const restart = async (): Promise<void> => {
    throw new Error('the shop did not start: ended with exit code 1')
  }
  const restarted = await killAndRestart({ shop, restart }, usual, never)
  expect(missingOfRestart(restarted)).toEqual([
    'expected the shop to start again after kill -9, and it did not: the shop did not start: ended with exit code 1',
  ])
})
