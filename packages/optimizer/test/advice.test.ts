import { describe, expect, it } from 'vitest'
import type { Action, Mode, Receipt } from '../src/index.ts'
import { Loop, relieve, response, START } from './loop.ts'

const index: Receipt = {
  summary: 'examined 2 of 2 slow statements: 1 index would help',
  effects: { statements: 2, indexes: 1 },
  advice: [
    {
      what: 'create an index on public.orders (customer_id)',
      why: 'a scan of 1.2 million rows keeps 0.01 %',
      statement: 'CREATE INDEX CONCURRENTLY ON public.orders (customer_id)',
    },
  ],
}
const TEXT =
  'create an index on public.orders (customer_id), because a scan of 1.2 million rows keeps 0.01 %; run: CREATE INDEX CONCURRENTLY ON public.orders (customer_id)'

interface Advising {
  readonly loop: Loop
  readonly runs: number[]
}

function advising(
  { mode = 'advise', run, ...overrides }: Partial<Action> & { mode?: Mode } = {},
  asked: Partial<typeof response> & { timeoutMs?: number } = {},
): Advising {
  const runs: number[] = []
  const action = relieve(
    async context => {
      runs.push(context.now - START)
      return run ? run(context) : index
    },
    { kind: 'advice', ...overrides },
  )
  const loop = new Loop({ actions: [action], modeOf: () => mode, responses: [{ ...response, ...asked }] })
  return { loop, runs }
}

describe('2-70: an action that only advises', () => {
  it('runs in mode advise, and its whole text is where people look', async () => {
    const { loop, runs } = advising()
    const entries = await loop.run(30_000, () => 0.9)

    expect(runs).toEqual([10_000])
    expect(entries.flatMap(({ advised }) => advised)).toMatchObject([
      {
        id: 'plant.relieve#1',
        action: 'plant.relieve',
        alert: 'PressureHigh',
        status: 'completed',
        advice: index.advice,
      },
    ])
    for (const id of ['plant.relieve#1', 'plant.relieve', 'PressureHigh'])
      expect(loop.optimizer.explain(id)?.line).toContain(TEXT)
    expect(loop.optimizer.advice).toMatchObject([{ action: 'plant.relieve', times: 1, ...index.advice![0] }])
  })

  it.each<[Mode, number]>([
    ['off', 0],
    ['shadow', 0],
    ['advise', 1],
    ['act', 1],
  ])('in mode %s runs %i times', async (mode, times) => {
    const { loop, runs } = advising({ mode })
    await loop.run(30_000, () => 0.9)
    expect(runs).toHaveLength(times)
  })

  it('is never withheld, judged, or part of a trial, also in act', async () => {
    const { loop, runs } = advising({ mode: 'act' })
    // Draws a control whenever it may.
    const entries = await loop.run(7_200_000, () => 0.9)

    expect(runs.length).toBeGreaterThan(6)
    expect(
      entries.flatMap(({ decisions, withheld, started, verdicts, open }) =>
        [decisions, withheld, started, verdicts, open].flat(),
      ),
    ).toEqual([])
    expect(loop.optimizer.evidence()).toEqual([])
    expect(loop.optimizer.mode).toBe('act')
  })

  it('needs no lease, and works beside an open trial on the same resource', async () => {
    const { loop, runs } = advising({ mode: 'act', scope: 'shared' })
    const acting = new Loop({
      actions: [
        relieve(async () => ({ summary: 'relieved', effects: { plants: 1 } })),
        relieve(async () => index, { name: 'plant.look', kind: 'advice' }),
      ],
      responses: [response, { to: response.to, action: 'plant.look', priority: 'efficiency' }],
    })
    await loop.run(10_000, () => 0.9)
    const entries = await acting.run(20_000, () => 0.9)

    expect(runs).toEqual([10_000])
    expect(entries.flatMap(({ started }) => started).map(({ action }) => action)).toEqual(['plant.relieve'])
    expect(entries.flatMap(({ advised }) => advised).map(({ action }) => action)).toEqual(['plant.look'])
  })

  it('looks less and less often while it finds nothing new, and takes nothing from the budget of actions', async () => {
    const { loop, runs } = advising({}, { cooldownMs: 0 })
    const entries = await loop.run(3_600_000, () => 0.9)

    expect(runs.slice(0, 5)).toEqual([10_000, 70_000, 130_000, 250_000, 490_000])
    expect(entries.at(-1)?.budgets).toEqual([])
    expect(entries[20]?.refusals).toMatchObject([
      { reason: 'cooldown', detail: expect.stringMatching(/^it looks again in \d+ s/) },
    ])
  })

  it('that fails or hangs is reported, without the text of its error in the log event', async () => {
    const failing = advising({ run: () => Promise.reject(new TypeError('secret')) })
    const entries = await failing.loop.run(20_000, () => 0.9)
    const [given] = entries.flatMap(({ advised }) => advised)
    expect(given).toMatchObject({ status: 'failed', errorType: 'TypeError', advice: [] })

    const hanging = advising({ run: () => new Promise<Receipt>(() => {}) }, { timeoutMs: 30 })
    const later = await hanging.loop.run(20_000, () => 0.9)
    expect(later.flatMap(({ advised }) => advised)).toMatchObject([{ status: 'timeout', advice: [] }])
  })

  it('is not run while the kill switch is tripped', async () => {
    const { loop, runs } = advising()
    loop.optimizer.killSwitch.trip('the operator')
    await loop.run(30_000, () => 0.9)
    expect(runs).toEqual([])
  })

  it('is adopted once somebody has followed it', async () => {
    let isFollowed = false
    const { loop } = advising({ followed: async given => (isFollowed ? given : []) })
    await loop.run(10_000, () => 0.9)
    isFollowed = true
    const entries = await loop.run(1_300_000, () => 0.1)

    expect(entries.flatMap(({ adopted }) => adopted)).toMatchObject([
      { action: 'plant.relieve', what: index.advice![0]!.what },
    ])
    expect(loop.optimizer.advice[0]?.adoptedAt).toBeGreaterThan(START)
  })

  it.each<[string, unknown]>([
    ['no list', 'create an index'],
    ['nothing in it', [null, 5, {}]],
    ['no reason', [{ what: 'x', why: 5, statement: {} }]],
    ['a thousand pieces', Array.from({ length: 1000 }, () => ({ what: 'w'.repeat(10_000), why: 'y' }))],
  ])('may come from JavaScript with %s', async (_, advice) => {
    const { loop } = advising({ run: async () => ({ summary: 's', effects: {}, advice: advice as never }) })
    await loop.run(20_000, () => 0.9)
    expect(loop.optimizer.explain('plant.relieve')?.line.length).toBeLessThan(25_000)
  })
})
