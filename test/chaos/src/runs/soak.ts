import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { startPostgres, startRedis } from '@homeostat/services'
import type { ChaosOptions, ChaosRun } from '../chaos-run.ts'
import { quantile } from '../quantile.ts'

const LIMIT_MB = 5
const LIMIT_P99 = 0.05
const TURN_MS = 5_000
/** The part of the run in which limits are reached, code is compiled and pools fill. */
const WARM_SHARE = 0.4

interface Turn {
  readonly p99Ms: number
  readonly requests: number
  readonly heapBytes: number
  readonly trips: number
  /** Both as the last export has them, counted from the start. */
  readonly statements: number
  readonly lookups: number
}

export const run: ChaosRun = {
  name: 'soak',
  about: `New labels, statements, pools, queues, clients and caches all the time, 15 minutes or --minutes: heap flat within ${LIMIT_MB} MB`,
  async run({ short, minutes = 15, report }: ChaosOptions): Promise<void> {
    await using postgres = await startPostgres()
    await using redis = await startRedis()
    const start = async (how: string): Promise<ChildProcess> => {
      const child = fork(new URL('../soak/application.ts', import.meta.url), [how, postgres.url, redis.url], {
        execArgv: ['--expose-gc'],
      })
      await once(child, 'message')
      return child
    }
    const children = [await start('with'), await start('without')] as const
    try {
      const turnMs = short ? 700 : TURN_MS
      const rounds = short ? 6 : Math.max(6, Math.round((minutes * 60_000) / (2 * turnMs)))
      const turns: [Turn, Turn][] = []
      for (let round = 0; round < rounds; round++) {
        // The order alternates, so that a machine that becomes busier favours neither.
        const order = round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)
        const pair: Turn[] = []
        for (const index of order) pair[index] = await turn(children[index], turnMs)
        turns.push([pair[0]!, pair[1]!])
      }
      reportSoak(turns, short, report)
    } finally {
      await Promise.all(children.map(end))
    }
  },
}

async function turn(child: ChildProcess, ms: number): Promise<Turn> {
  child.send({ ms })
  const [answer] = (await once(child, 'message')) as [Turn]
  return answer
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return
  child.send({ ms: 0 })
  await once(child, 'exit')
}

function reportSoak(turns: readonly [Turn, Turn][], short: boolean, report: ChaosOptions['report']): void {
  const warm = turns.slice(Math.floor(turns.length * WARM_SHARE))
  const growth = (index: 0 | 1): number => growthMb(warm.map(pair => pair[index].heapBytes))
  const ratio = quantile(
    warm.map(([own, other]) => own.p99Ms / other.p99Ms),
    0.5,
  )
  const withGrowthMb = growth(0)
  const { trips = 0, statements = 0, lookups = 0 } = turns.at(-1)?.[0] ?? {}
  const requests = turns.reduce((sum, [own]) => sum + own.requests, 0)
  // A request is one statement and two lookups (a GET and the cache). A soak of what is not measured proves nothing.
  const isMeasured = statements >= requests && lookups >= 2 * requests
  report({
    run: 'soak',
    case: `${turns.length} turns each, ${requests} requests with Homeostat`,
    heapMb: (turns.at(-1)?.[0].heapBytes ?? 0) / 1e6,
    growthMb: withGrowthMb,
    growthWithoutMb: growth(1),
    trips,
    statements,
    lookups,
    goal: `<= ${LIMIT_MB} MB, 0 trips, everything measured`,
    met: isMeasured && trips === 0 && (short || withGrowthMb <= LIMIT_MB),
  })
  report({
    run: 'soak',
    case: "the application's p99",
    withMs: quantile(
      warm.map(([own]) => own.p99Ms),
      0.5,
    ),
    withoutMs: quantile(
      warm.map(([, other]) => other.p99Ms),
      0.5,
    ),
    ratio,
    goal: `<= ${1 + LIMIT_P99}, on a machine that does nothing else`,
  })
}

/** From the median of the first third to that of the last. */
function growthMb(heaps: readonly number[]): number {
  const third = Math.max(1, Math.floor(heaps.length / 3))
  return (quantile(heaps.slice(-third), 0.5) - quantile(heaps.slice(0, third), 0.5)) / 1e6
}
