import { compile, createStore } from '@homeostat/promql'
import type { MetricData } from '@homeostat/signals'
import { GAUGE_POINT, Registry } from '@homeostat/signals'
import { describe, expect, it, vi } from 'vitest'
import { copyReceipt } from '../src/parts.ts'
import { Ingestion } from '../src/signals/ingestion.ts'
import { Loop, relieve, response } from './loop.ts'

const MANY = 100_000

/** An object of many fields that counts how often one of them is looked at. */
function countedObject(value: unknown): { readonly object: Record<string, never>; readonly reads: () => number } {
  let reads = 0
  const names = Array.from({ length: MANY }, (_, index) => `field${index}`)
  const object = new Proxy({} as Record<string, never>, {
    ownKeys: () => names,
    has: () => true,
    getOwnPropertyDescriptor: () => {
      reads++
      return { value, enumerable: true, configurable: true }
    },
    get: (_, name) => {
      reads++
      return typeof name === 'string' && name.startsWith('field') ? value : undefined
    },
  })
  return { object, reads: () => reads }
}

describe('a receipt that is larger than anybody reads', () => {
  it('keeps 100 of 100,000 effects, reads no more than it keeps, and reports a fault', () => {
    const { object, reads } = countedObject(1)
    const faults: unknown[] = []
    const receipt = copyReceipt({ summary: 'done', effects: object }, error => faults.push(error))
    expect(Object.keys(receipt?.effects ?? {})).toHaveLength(100)
    expect(reads()).toBeLessThan(1000)
    expect(faults).toMatchObject([
      {
        code: 'HOMEOSTAT_RECEIPT_TOO_LARGE',
        message: 'a receipt has more than 100 effects; the rest is left out: summarize them in the action',
      },
    ])
  })

  it('keeps 50 pieces of advice and 50 problems, and reports both', () => {
    const faults: Error[] = []
    const receipt = copyReceipt(
      {
        summary: 'done',
        effects: { entries: 1 },
        advice: Array.from({ length: MANY }, () => ({ what: 'a', why: 'b' })),
        problems: Array.from({ length: MANY }, () => 'p'),
      },
      error => faults.push(error),
    )
    expect([receipt?.advice?.length, receipt?.problems?.length]).toEqual([50, 50])
    expect(faults.map(String)).toEqual([expect.stringContaining('more than 50 advice and more than 50 problems')])
  })

  it('leaves out a statement that is too long, and never shows a part of one', () => {
    const faults: Error[] = []
    const tips = [4000, 4001].map(length => ({ what: 'a', why: 'b'.repeat(1500), statement: 's'.repeat(length) }))
    const receipt = copyReceipt({ summary: 'done', effects: {}, advice: tips }, error => faults.push(error))
    expect(receipt?.advice).toEqual([tips[0], { what: 'a', why: tips[1]!.why }])
    expect(faults.map(String)).toEqual([expect.stringContaining('more than 4000 characters in a statement')])
  })

  it('is used as far as it was kept, in a running loop, and the fault is counted', async () => {
    const effects = Object.fromEntries(Array.from({ length: MANY }, (_, index) => [`effect${index}`, 1]))
    const loop = new Loop({ responses: [response], actions: [relieve(async () => ({ summary: 'done', effects }))] })
    const entries = await loop.run(20_000, () => 0.9)
    const outcome = entries.flatMap(entry => entry.ended)[0]?.outcome
    expect(outcome).toMatchObject({ status: 'completed' })
    expect(Object.keys(outcome?.status === 'completed' ? outcome.receipt.effects : {})).toHaveLength(100)
  })
})

it('a series with 100,000 attributes is left out and reported once; the others of its metric are taken', () => {
  const faults: unknown[] = []
  const store = createStore()
  compile('queue_size').bind(store)
  const { faults: counted } = new Registry({ scope: { name: 'ours' } })
  vi.spyOn(counted, 'report').mockImplementation((_, error) => void faults.push(error))
  const ingestion = new Ingestion(store, counted)
  const wide = countedObject('x')
  const points = [{ id: 'a' }, wide.object, { id: 'b' }]
  for (const at of [1000, 2000]) {
    const metric = {
      descriptor: { name: 'queue.size', unit: '', type: 'GAUGE', description: '', valueType: 1 },
      dataPointType: GAUGE_POINT,
      dataPoints: points.map((attributes, index) => ({
        attributes,
        value: index + 1,
        startTime: [0, 0],
        endTime: [0, 0],
      })),
    } as unknown as MetricData
    ingestion.append({
      at,
      own: [],
      foreign: [{ at, metrics: { scope: { name: 'app' }, metrics: [metric] } }],
    } as never)
  }
  expect(wide.reads()).toBeLessThan(1000)
  const seen = compile('queue_size').evaluate(store, 2000)
  expect(seen.type === 'vector' && seen.samples.map(({ value }) => value)).toEqual([1, 3])
  expect(faults).toMatchObject([{ code: 'HOMEOSTAT_TOO_MANY_ATTRIBUTES' }])
})
