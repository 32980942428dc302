import { Optimizer } from '@homeostat/optimizer'
import { attributes, metrics } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { beforeEach, expect, test } from 'vitest'
import { rules } from '../src/rules.ts'

const START = 1_800_000_000_000
const TICK_MS = 5_000

let signals: Registry
let optimizer: Optimizer

beforeEach(() => {
  signals = new Registry({ scope: { name: 'signals', version: '1' } })
  optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'engine', version: '1' } }), signals],
    rules,
    responses: [],
    actions: [],
    modeOf: () => 'advise',
    warmUpMs: 0,
    environment: {},
  })
})

/** The summaries of what fires after three minutes of so many segments per second. */
async function summaries(sent: number, repeated: number): Promise<string[]> {
  let firings: readonly { readonly annotations?: Readonly<Record<string, string>> }[] = []
  for (let at = START; at <= START + 180_000; at += TICK_MS) {
    signals
      .counter(metrics.networkSegments)
      .with()
      .add((sent * TICK_MS) / 1000)
    signals
      .counter(metrics.networkRetransmits)
      .with()
      .add((repeated * TICK_MS) / 1000)
    firings = (await optimizer.tickAndWait(at)).entry.firings
  }
  return firings.map(({ annotations }) => annotations?.['summary'] ?? '')
}

function use(direction: string, share: number): void {
  signals
    .level(metrics.networkUtilization)
    .with({ [attributes.networkIoDirection]: direction })
    .set(share)
}

test('all rules load', () => {
  expect(optimizer.rules.rejected).toEqual([])
})

test('a full link is named with its direction', async () => {
  use('transmit', 0.92)
  use('receive', 0.2)
  expect(await summaries(1_000, 1)).toEqual(['the link is at 92% of its speed (transmit)'])
})

test('many segments that are sent again are a bottleneck, also where no speed is known', async () => {
  expect(await summaries(1_000, 50)).toEqual(['5% of the TCP segments have to be sent again'])
})

test('a few lost packets of a quiet process are not', async () => {
  expect(await summaries(10, 2)).toEqual([])
})

test('a link in normal use is not', async () => {
  use('transmit', 0.7)
  expect(await summaries(1_000, 10)).toEqual([])
})
