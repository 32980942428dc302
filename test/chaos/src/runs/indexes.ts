import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRandom } from '@homeostat/lab/scenarios'
import { startPostgres } from '@homeostat/services'
import pg from 'pg'
import type { ChaosRun } from '../chaos-run.ts'
import { createOrders, FOREIGN_COUNT, stateOf, type IndexState, type Phase } from '../indexes/indexed-orders.ts'
import { quantile } from '../quantile.ts'

const PROGRAM = fileURLToPath(new URL('../indexes/indexing-process.ts', import.meta.url))
const PHASES: readonly Phase[] = ['create', 'verify', 'drop']
const POLL_MS = 2
/** A process that does not reach the phase in time is killed all the same. */
const REACH_MS = 8000
/** After this time what was left counts as left for good. */
const GIVE_UP_MS = 30_000
/** How long others read the table in one transaction at most: builds and drops wait for them, so that they can be met. */
const READING_MS = 150

/** Kills processes while they create indexes, judge them and drop them. */
export const run: ChaosRun = {
  name: 'indexes',
  about:
    'SIGKILL while indexes are created, verified and dropped: the next start leaves no orphan and none that is not valid',
  async run({ short, seed, report }) {
    const kills = short ? 9 : 500
    const random = createRandom(seed)
    await using postgres = await startPostgres({ settings: { max_connections: '60' } })
    const client = new pg.Client(postgres.url).on('error', () => {})
    await client.connect()
    await createOrders(client)
    await using _readers = readInTransactions(postgres.url)
    const killedIn: Record<string, number> = {}
    const cleanAfterMs: number[] = []
    let [leftOrphans, leftInvalid, found, meddled] = [0, 0, 0, 0]
    for (let done = 0; done <= kills; done++) {
      const child = await start(postgres.url)
      const startedAt = performance.now()
      const state = await untilClean(client)
      cleanAfterMs.push(performance.now() - startedAt)
      leftOrphans += state.orphans
      leftInvalid += state.invalid
      if (state.foreign !== FOREIGN_COUNT) meddled++
      if (done < kills) child.send('act')
      if (done < kills) await untilIn(client, PHASES[done % PHASES.length]!, random)
      const before = await stateOf(client)
      await kill(child)
      if (done < kills) killedIn[before.phase ?? 'between'] = (killedIn[before.phase ?? 'between'] ?? 0) + 1
      const after = await stateOf(client)
      if (done < kills && after.orphans + after.invalid > 0) found++
      if (done > 0 && done % 50 === 0) process.stderr.write(`indexes: ${done} of ${kills}\n`)
    }
    await client.end()
    report({
      run: 'indexes',
      case: 'kills of processes that act',
      kills,
      ...Object.fromEntries(Object.entries(killedIn).map(([phase, count]) => [`in ${phase}`, count])),
      'left something': found,
      'orphans after the next start': leftOrphans,
      'not valid': leftInvalid,
      'foreign changed': meddled,
      medianMs: Math.round(quantile(cleanAfterMs, 0.5)),
      maxMs: Math.round(Math.max(...cleanAfterMs)),
      goal: 'no orphan, none that is not valid, nothing of others changed',
      met: leftOrphans + leftInvalid + meddled === 0 && found > 0,
    })
  },
}

async function start(url: string): Promise<ChildProcess> {
  const child = fork(PROGRAM, [url], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] })
  const ended = once(child, 'exit').then(() => {
    throw new Error('a process ended before it was ready')
  })
  await Promise.race([once(child, 'message'), ended])
  ended.catch(() => {})
  return child
}

async function kill(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) throw new Error('a process ended before it was killed')
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

/** Until nothing is left, or for so long that it never will. */
async function untilClean(client: pg.Client): Promise<IndexState> {
  const until = performance.now() + GIVE_UP_MS
  for (;;) {
    const state = await stateOf(client)
    if ((state.orphans === 0 && state.invalid === 0) || performance.now() > until) return state
    await delay(20)
  }
}

/** Until the process is somewhere in a phase. */
async function untilIn(client: pg.Client, phase: Phase, random: () => number): Promise<void> {
  const until = performance.now() + REACH_MS
  while ((await stateOf(client)).phase !== phase && performance.now() < until) await delay(POLL_MS)
  await delay(random() * (phase === 'verify' ? 1500 : 40))
}

/** Reads the table in transactions of random length, one after the other. */
function readInTransactions(url: string): AsyncDisposable {
  const over = new AbortController()
  const client = new pg.Client(url).on('error', () => {})
  const reading = (async () => {
    await client.connect()
    while (!over.signal.aborted) {
      // A build waits for the snapshot, a drop for the lock.
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ')
      await client.query('SELECT count(*) FROM orders WHERE id = 1')
      await delay(Math.random() * READING_MS)
      await client.query('COMMIT')
      await delay(Math.random() * READING_MS)
    }
    await client.end()
  })()
  return {
    async [Symbol.asyncDispose]() {
      over.abort()
      await reading
    },
  }
}
