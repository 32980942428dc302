import type { Loop, Mode } from '@homeostat/optimizer'
import { BoundedMap, writeLine } from '@homeostat/signals'
import type { PgInstrumentation } from '../../instrumentation.ts'
import { originOfPool, sessionKeyOf, type Origin } from '../../signals/origin.ts'
import { leftoversIn, sweepOnce } from './sweep-once.ts'

/** How often a database is swept, from the first answer of its pool on. */
const SWEEP_MS = 600_000
/** The server may still work on what a process that was killed has asked for; it notices within seconds. The next waits are longer. */
const SWEEP_AGAIN_MS = 15_000
const MOST_DATABASES = 1000
const MOST_REPORTED = 100

interface Due {
  readonly at: number
  /** How long the next wait is, where something may be left. */
  readonly againMs: number
}

/** When each database is swept, as each user and with each set of options of a session: one of them may drop what another one may not. */
export class SweepTimes {
  readonly #due = new BoundedMap<string, Due>(MOST_DATABASES)

  isDue(origin: Origin, now: number): boolean {
    return now >= (this.#due.get(sessionKeyOf(origin))?.at ?? -Infinity)
  }

  /** It has been swept, and something may be left: it is swept again soon, and less and less soon. */
  again(origin: Origin, now: number): void {
    const { againMs = SWEEP_AGAIN_MS } = this.#due.get(sessionKeyOf(origin)) ?? {}
    this.#due.set(sessionKeyOf(origin), { at: now + againMs, againMs: Math.min(2 * againMs, SWEEP_MS) })
  }

  /** Nothing is left. */
  done(origin: Origin, now: number): void {
    this.#due.set(sessionKeyOf(origin), { at: now + SWEEP_MS, againMs: SWEEP_AGAIN_MS })
  }

  /** Something has been left just now. */
  soon(session: string): void {
    this.#due.delete(session)
  }
}

/**
 * Sweeps the databases of the application at start and from time to time while it may act. In mode `advise` it looks alone, and writes a
 * line with the statement that drops what a process has left that was killed. It stops when the kill switch is tripped or the loop ends.
 */
export function followLeftovers(
  instrumentation: PgInstrumentation,
  loop: Loop,
  times: SweepTimes = new SweepTimes(),
): Disposable {
  const reported = new BoundedMap<string, true>(MOST_REPORTED)
  const ignore = (own: object): void => instrumentation.ignore(own)
  const modeNow = (): Mode => loop.modeNow?.('query.createIndex') ?? 'off'
  let underWay: { readonly mode: Mode; readonly ending: AbortController } | undefined

  const look = async (origin: Origin, signal: AbortSignal): Promise<boolean> => {
    if (modeNow() === 'act') return sweepOnce(origin, ignore, signal)
    for (const statement of await leftoversIn(origin, ignore, signal)) {
      if (reported.get(statement) === undefined)
        writeLine('warn', `@homeostat/pg: an index is left from a trial that nobody finishes: ${statement}`)
      reported.set(statement, true)
    }
    return true
  }
  const lookAtAll = async (now: number, signal: AbortSignal): Promise<void> => {
    for (const pool of instrumentation.answeringPools) {
      if (signal.aborted) return
      try {
        const origin = originOfPool(pool)
        if (!times.isDue(origin, now)) continue
        times.again(origin, now)
        if (await look(origin, signal)) times.done(origin, now)
      } catch (error) {
        if (!signal.aborted) instrumentation.registry.faults.report('action', error)
      }
    }
  }

  const listening = loop.on(({ now }) => {
    const mode = modeNow()
    if (mode !== underWay?.mode) underWay?.ending.abort()
    if (underWay !== undefined || (mode !== 'act' && mode !== 'advise')) return
    underWay = { mode, ending: new AbortController() }
    void lookAtAll(now, underWay.ending.signal).finally(() => (underWay = undefined))
  })
  return {
    [Symbol.dispose]() {
      listening[Symbol.dispose]()
      underWay?.ending.abort()
    },
  }
}
