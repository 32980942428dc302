import type { Coordinator, Knob, StateStore } from '@homeostat/optimizer'
import { knobKey } from '@homeostat/optimizer/engines'
import { expect, it } from 'vitest'
import type { KnobPeers } from './knob-peers.ts'

export interface SharedPlaceSubject {
  /** Called `queue.rate`, with the bounds 1 to 50 and the value 8 before each test. */
  readonly knob: Knob
  readonly peers: KnobPeers
  /** Writes an undo record past the coordinator, as anybody who can write to the server may. */
  writeRecord(key: string, record: string): Promise<unknown>
  /** Whether the place keeps any text, or refuses what is not JSON. */
  readonly keeps: 'text' | 'json'
  /** The coordinator and the store of one service. */
  coordinator(service: string): Coordinator
  stateStore(service: string): StateStore
}

const NAME = 'queue.rate'
const JSON_RECORDS: readonly [what: string, record: string][] = [
  ['null', 'null'],
  ['a number', '7'],
  ['a list', '[]'],
  ['out of bounds', JSON.stringify({ knob: NAME, was: 1e9, set: [8] })],
  ['of another knob', JSON.stringify({ knob: 'cache.limit', was: 4, set: [8] })],
  ['of a prototype', '{"__proto__":{"knob":"queue.rate","was":4,"set":[8]}}'],
  ['long', JSON.stringify({ knob: NAME, was: 4, set: [8], more: 'x'.repeat(100_000) })],
  ['deep', `${'['.repeat(5000)}${']'.repeat(5000)}`],
]
const TEXT_RECORDS: readonly [what: string, record: string][] = [
  ['empty', ''],
  ['torn', '{"knob":"queue.rate","was":4'],
  ['binary', '\u0000\u0001'],
  ['infinite', '{"knob":"queue.rate","was":1e999,"set":[8]}'],
]

/** Names that some way of writing them as a key would take for the same. */
const SERVICES = [
  'shop',
  'Shop',
  'a/b',
  'a_b',
  '订单',
  '支付',
  '',
  ' ',
  'a',
  'a}',
  'a}:lease:x',
  '{',
  '}',
  '{}',
  '%7B',
  'a\u0000b',
  'a\u0001b',
  '\ud800',
  '\ud801',
  'x'.repeat(5000),
  `${'x'.repeat(5000)}y`,
]

/** What must hold in a place that others can write to and that several services share. */
export function describeSharedPlace({ knob, peers, ...place }: SharedPlaceSubject): void {
  const records = place.keeps === 'text' ? [...JSON_RECORDS, ...TEXT_RECORDS] : JSON_RECORDS

  it.each(records)('2-26: a record that is %s sets nothing, is reported, and hides no other', async (_, record) => {
    await place.writeRecord(knobKey(NAME), record)
    await place.writeRecord(knobKey('other.rate'), JSON.stringify({ knob: 'other.rate', was: 9, set: [5] }))
    let other = 5
    const faults: unknown[] = []
    const compareAndSet = (expected: number, next: number): boolean => other === expected && ((other = next), true)
    const knobs = peers.peer({
      knobs: [knob, { ...knob, name: 'other.rate', read: () => other, compareAndSet }],
      onFault: fault => faults.push(fault),
    })
    await knobs.start()
    expect([await knob.read(), other]).toEqual([8, 9])
    expect(faults).toEqual([expect.objectContaining({ code: 'HOMEOSTAT_RECORD_REFUSED' })])
    expect(String(faults[0])).not.toMatch(/1000000000|xxx/)
  })

  it('2-23: leases and states of two services differ whenever their names do', async () => {
    const leases = SERVICES.map(service => place.coordinator(service))
    for (const [index, each] of leases.entries()) {
      expect(await each.acquire('knob/a', 60_000), JSON.stringify(SERVICES[index]?.slice(0, 9))).toBeDefined()
      expect(await each.acquire('knob/a', 60_000)).toBeUndefined()
    }
    const stores = SERVICES.map(service => place.stateStore(service))
    for (const [index, store] of stores.entries()) await store.write('forecasts', String(index))
    for (const [index, store] of stores.entries()) expect(await store.read('forecasts')).toBe(String(index))
    for (const each of leases) await each[Symbol.asyncDispose]()
  })
}
