import { Optimizer } from '@homeostat/optimizer'
import { Registry } from '@homeostat/signals'
import { beforeEach, describe, expect, it } from 'vitest'
import { responses, rules } from '../src/domain.ts'
import { Database } from '../src/signals/database.ts'
import { RepeatedStatements } from '../src/signals/repeated-statements.ts'
import { RepeatSeries } from '../src/signals/repeat-series.ts'
import type { RunningQueries } from '../src/signals/running-queries.ts'

const START = 1_800_000_000_000
const TICK_MS = 5_000

let signals: Registry
let optimizer: Optimizer
let database: Database

beforeEach(() => {
  signals = new Registry({ scope: { name: '@homeostat/pg', version: '1' } })
  database = new Database('shop', signals)
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

/** The summaries of what fires in the end, when the application does something before each tick. */
async function firing(forMs: number, work: (at: number) => void): Promise<string[]> {
  let summaries: string[] = []
  for (let at = START; at <= START + forMs; at += TICK_MS) {
    work(at)
    const { entry } = await optimizer.tickAndWait(at)
    summaries = entry.firings.map(({ annotations, alert }) => `${alert}: ${annotations['summary']}`)
  }
  return summaries
}

describe('a request that sends one statement again and again', () => {
  /** A request of so many statements of so many milliseconds, followed to its end. */
  const requests = (statements: number, ms: number, route = 'route /orders') => {
    const series = new RepeatSeries(signals)
    const repeats = new RepeatedStatements((...found) => series.record(...found))
    return (at: number): void => {
      const request = {}
      const running = {
        request,
        text: 'SELECT * FROM item WHERE id = $1',
        endedFor: route,
      } as unknown as RunningQueries
      for (let n = 0; n < statements; n++) repeats.note(running, at + n * ms, ms)
      repeats.note(running, at + 3_000, ms)
    }
  }

  it('fires, though each statement is fast', async () => {
    expect(await firing(240_000, requests(40, 1))).toEqual([
      expect.stringMatching(
        /^StatementsRepeated: route \/orders sends SELECT item ten times and more: in \d+ of the requests that were followed within 5 minutes$/,
      ),
    ])
  })

  it('does not fire where it costs little or is seldom, or where statements are not repeated', async () => {
    expect(await firing(240_000, requests(15, 1))).toEqual([])
    expect(await firing(240_000, requests(5, 50))).toEqual([])
    const seldom = requests(40, 1, 'route /report')
    expect(await firing(240_000, at => at === START + 60_000 && seldom(at))).toEqual([])
  })

  it('has at most 50 series, and one for all the others', async () => {
    const series = new RepeatSeries(signals)
    for (let n = 0; n < 1000; n++) series.record(`SELECT t${n}`, `route /${n}`, 30)
    const summaries = await firing(240_000, () => {
      for (let n = 0; n < 1000; n++) series.record(`SELECT t${n}`, `route /${n}`, 30)
    })
    expect(summaries).toHaveLength(51)
    expect(summaries.filter(text => text.includes('_OTHER sends (other)'))).toHaveLength(1)
  })
})

it('answers that wait for the event loop fire when there are more than ten within a minute', async () => {
  const held = (perTick: number) => () => {
    for (let n = 0; n < perTick; n++) database.recordHeld()
  }
  expect(await firing(180_000, at => at % 15_000 === 0 && held(1)())).toEqual([])
  expect(await firing(180_000, held(4))).toEqual([
    expect.stringMatching(
      /^AnswersHeld: \d+ statements in shop were slow within a minute because the event loop was held, not the database$/,
    ),
  ])
})

it('waits for locks fire when they are seen again, though few statements are slow', async () => {
  expect(await firing(180_000, at => at === START + 60_000 && database.recordLockWaits(1))).toEqual([])
  expect(await firing(180_000, at => at % 10_000 === 0 && database.recordLockWaits(1))).toEqual([
    expect.stringMatching(
      /^LocksHeld: \d+ sessions in shop waited for a lock of another session, as seen within 5 minutes$/,
    ),
  ])
})

it('each of these alerts has statements examined, which names the cause', () => {
  for (const alert of ['SlowQueries', 'StatementsRepeated', 'AnswersHeld', 'LocksHeld'])
    expect(responses.filter(({ to }) => to.alert === alert).map(({ action }) => action)).toContain('query.optimize')
})
