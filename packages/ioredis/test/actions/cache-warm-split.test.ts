import { Optimizer, type ActionContext, type Trial } from '@homeostat/optimizer'
import { attributes, metrics, type MetricDefinition } from '@homeostat/semconv'
import { Registry } from '@homeostat/signals'
import { createRandom } from '@homeostat/signals/random'
import { startRedis, type Redis as Server } from '@homeostat/services'
import { Redis } from 'ioredis'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { CacheLoader, IORedisDomain } from '../../src/domain.ts'
import { ioredis } from '../../src/domain.ts'
import { responses } from '../../src/responses.ts'

const HOT_KEYS = 600
const TICK_MS = 2000
const BLOCK_MS = 4000

let server: Server
let client: Redis
beforeAll(async () => {
  server = await startRedis()
})
beforeEach(() => {
  client = new Redis(server.url, { keyPrefix: `${crypto.randomUUID()}:` })
  return () => client.disconnect()
})
afterAll(() => server.stop())

const keys = Array.from({ length: HOT_KEYS }, (_, index) => `product-${index}`)
const loader = (parts: Partial<CacheLoader> = {}): CacheLoader => ({
  name: 'products',
  client,
  keys: () => keys,
  load: async key => `value of ${key}`,
  ttlSeconds: 100,
  perSecond: 100_000,
  ...parts,
})

/** Every second key is left alone; two blocks of a second. */
const context = (until: number): ActionContext => ({
  firing: {
    alert: 'CacheHitRatioLow',
    labels: { homeostat_cache_name: 'redis' },
    annotations: {},
    value: 0.2,
    since: 0,
  },
  options: undefined,
  now: 0,
  signal: new AbortController().signal,
  sliceMs: 10,
  split: key => (Number(key.split('-')[1]) % 2 === 0 ? 'act' : 'control'),
  blocks: { count: 2, ms: 1000, until },
})

/** What the two halves show at a time: hits of lookups. */
function shownAt({ instrumentation }: IORedisDomain, now: number): Record<string, string> {
  const collected = instrumentation.registry.collect(now).metrics
  const valueOf = (definition: MetricDefinition, arm: string): number | undefined =>
    collected
      .find(({ descriptor }) => descriptor.name === definition.name)
      ?.dataPoints.find(point => point.attributes[attributes.trialArm] === arm)?.value as number | undefined
  const halves = (['act', 'control'] as const).map(arm => {
    const lookups = valueOf(metrics.cacheTrialLookups, arm)
    return [arm, lookups === undefined ? 'nothing' : `${valueOf(metrics.cacheTrialHits, arm)} of ${lookups}`]
  })
  return Object.fromEntries(halves) as Record<string, string>
}

function enabled(domain: IORedisDomain): Disposable {
  domain.instrumentation.enable()
  return { [Symbol.dispose]: () => domain.instrumentation.disable() }
}

test('half of the keys are left alone, and the receipt counts them', async () => {
  const domain = ioredis({ loaders: [loader({ keys: () => keys.slice(0, 16) })] })
  using _on = enabled(domain)
  const receipt = await domain.actions[0]!.run(context(2000))
  expect(receipt.effects).toEqual({ loaded: 8, skipped: 0, missing: 0, failed: 0, heldOut: 8 })
  expect(receipt.summary).toContain('8 left alone to compare')
  const present = await Promise.all(keys.slice(0, 16).map(key => client.exists(key)))
  expect(present).toEqual(Array.from({ length: 16 }, (_, index) => 1 - (index % 2)))
})

test('the halves of a block are compared as soon as both were looked up, and no longer than the trial', async () => {
  const domain = ioredis({ loaders: [loader({ keys: () => keys.slice(0, 16) })] })
  using _on = enabled(domain)
  const byNumber = (key: string): 'act' | 'control' => (Number(key.split('-')[1]) < 8 ? 'act' : 'control')
  await domain.actions[0]!.run({ ...context(3000), split: byNumber })
  await client.get('product-0')
  expect(shownAt(domain, 0)).toEqual({ act: 'nothing', control: 'nothing' })
  await client.mget('product-4', 'product-8', 'product-12', 'product-99')
  // The keys 0, 4, 8 and 12 are in the first group, 1, 5, 9 and 13 in the second.
  expect(shownAt(domain, 500)).toEqual({ act: '2 of 2', control: '0 of 2' })
  await client.mget('product-1', 'product-9')
  expect(shownAt(domain, 1500)).toEqual({ act: '1 of 1', control: '0 of 1' })
  expect(shownAt(domain, 3999)).toEqual({ act: 'nothing', control: 'nothing' })
  expect(shownAt(domain, 4000)).toEqual({ act: 'nothing', control: 'nothing' })
  await client.get('product-0')
  expect(shownAt(domain, 500)).toEqual({ act: 'nothing', control: 'nothing' })
})

test('another cache with the same keys is not counted', async () => {
  const domain = ioredis({
    loaders: [loader({ keys: () => keys.slice(0, 16), cache: 'products' })],
    names: ({ db }) => (db === 1 ? 'others' : 'products'),
  })
  using _on = enabled(domain)
  await domain.actions[0]!.run({
    ...context(2000),
    firing: { ...context(0).firing, labels: { homeostat_cache_name: 'products' } },
    split: key => (Number(key.split('-')[1]) < 8 ? 'act' : 'control'),
  })
  await client.mget('product-0', 'product-8')
  const other = client.duplicate({ db: 1 })
  await other.mget('product-0', 'product-8')
  other.disconnect()
  expect(shownAt(domain, 500)).toEqual({ act: '1 of 1', control: '0 of 1' })
})

/** A cold cache and its trial through the real loop: real lookups, and virtual time. */
async function trialOf(given: CacheLoader, seed: number): Promise<Trial> {
  const domain = ioredis({ loaders: [given] })
  using _on = enabled(domain)
  let now = Date.UTC(2026, 0, 1)
  const clock = (): number => now
  const [response] = responses
  const expectation = response!.expect!
  const optimizer = new Optimizer({
    registries: [new Registry({ scope: { name: 'homeostat', version: '0' }, clock }), domain.instrumentation.registry],
    rules: domain.rules,
    responses: [
      {
        ...response!,
        expect: { ...expectation, settleMs: 4000 },
        design: { kind: 'split', blocks: 10, blockMs: BLOCK_MS },
      },
    ],
    // One process has nobody to agree with.
    actions: domain.actions.map(action => ({ ...action, scope: 'process' as const })),
    modeOf: () => 'act',
    warmUpMs: 0,
    intervalMs: TICK_MS,
    environment: {},
    clock,
    random: createRandom(seed),
  })
  const random = createRandom(seed + 1)
  const visit = async (): Promise<void> => {
    const key = keys[Math.floor(random() * HOT_KEYS)]!
    if ((await client.get(key)) === null && random() < 0.5) await client.set(key, 'from the database', 'EX', 100)
  }
  for (let tick = 0; tick < 100; tick++) {
    now += TICK_MS
    await Promise.all(Array.from({ length: 60 }, visit))
    const { entry } = await optimizer.tickAndWait(now)
    const [verdict] = entry.verdicts
    if (verdict !== undefined) return verdict
  }
  throw new Error('there was no verdict')
}

test('warming half of a cold cache is called effective by that trial alone', async () => {
  const trial = await trialOf(loader(), 1)
  expect(trial).toMatchObject({ verdict: 'effective', arm: 'act', state: 'judged' })
})

test('a loader that has no values is never called effective, however many trials it has', async () => {
  const verdicts: string[] = []
  for (let seed = 1; seed <= 3; seed++) {
    await client.flushdb()
    const trial = await trialOf(loader({ load: async key => (key === 'product-0' ? 'value' : undefined) }), seed)
    verdicts.push(trial.state === 'judged' ? trial.verdict : trial.state)
  }
  expect(verdicts).not.toContain('effective')
})
