import { createRandom } from '@homeostat/lab/scenarios'
import { improved, methods, moments } from './before-after.ts'
import type { Recorded } from './alarms.ts'
import { simulateHistory } from './history.ts'
import { judge, type Episode, type Judgement } from './judge.ts'
import { verdictsOfLoop } from './loop-history.ts'
import type { VerdictCase } from './verdict-case.ts'

/** Counts that can be added up over workers. */
export type Tally = Record<string, number>

export function addTo(total: Tally, counts: Tally): void {
  for (const [name, count] of Object.entries(counts)) total[name] = (total[name] ?? 0) + count
}

/** Episodes from one question to the next: looks are twelve or more apart, and every answer counts. */
const ASKED_EVERY = 4

/** Samples of 30 s and of 120 s. */
const baselines = { '30 s': 3, '120 s': 12 }

/** Simulates the histories `from` to `to` of a case and counts what the judge said of them. */
export async function tally(one: VerdictCase, seed: number, from: number, to: number): Promise<Tally> {
  return one.isWholeLoop ? tallyLoop(one, seed, from, to) : tallyJudge(one, seed, from, to)
}

async function tallyLoop({ history }: VerdictCase, seed: number, from: number, to: number): Promise<Tally> {
  const counts: Tally = { histories: to - from }
  for (let number = from; number < to; number++) {
    for (const verdict of await verdictsOfLoop(history, randomOf(seed, number)))
      counts[`ever ${verdict}`] = (counts[`ever ${verdict}`] ?? 0) + 1
  }
  return counts
}

/** Seeds of neighbours must not overlap; Knuth's multiplier spreads them. */
function randomOf(seed: number, number: number): () => number {
  return createRandom(Math.imul(seed * 100_003 + number, 2_654_435_761))
}

function tallyJudge(
  { history, about, alpha, askedEvery = ASKED_EVERY }: VerdictCase,
  seed: number,
  from: number,
  to: number,
): Tally {
  const counts: Tally = {}
  const add = (name: string, by = 1): void => {
    counts[name] = (counts[name] ?? 0) + by
  }
  for (let number = from; number < to; number++) {
    const recorded = simulateHistory(history, randomOf(seed, number))
    add('histories')
    add('episodes', recorded.length)
    const given = new Set<Judgement['verdict']>()
    for (let asked = askedEvery; asked < recorded.length + askedEvery; asked += askedEvery) {
      const { verdict, statistics } = judge({ ...input(recorded.slice(0, asked)), ...(alpha && { alpha }) })
      if (asked >= recorded.length) add(`last ${verdict}`)
      if (!given.has(verdict)) add(`${verdict} by ${statistics.look}`)
      given.add(verdict)
    }
    for (const verdict of given) add(`ever ${verdict}`)
    const changes = moments(recorded.filter(({ arm }) => arm === 'control').flatMap(({ episode }) => change(episode)))
    if (Number.isFinite(changes.variance)) add('variance of changes', changes.variance)
    if (about === 'placebo') countBeforeAfter(recorded, add)
  }
  return counts
}

function input(recorded: readonly Recorded[]): Parameters<typeof judge>[0] {
  const of = (arm: Recorded['arm']): Episode[] => recorded.filter(one => one.arm === arm).map(({ episode }) => episode)
  return { acts: of('act'), controls: of('control'), direction: 'down' }
}

function countBeforeAfter(recorded: readonly Recorded[], add: (name: string, by?: number) => void): void {
  for (const { arm, episode } of recorded) {
    if (arm === 'control') continue
    add('runs')
    for (const method of methods) {
      for (const [name, size] of Object.entries(baselines)) {
        if (improved(method, episode, size)) add(`${method} ${name}`)
      }
    }
  }
}

/** Its log(median after / median before), measured here and not by the judge. */
function change({ at, before, after }: Episode): [number, number][] {
  const [from, to] = [before, after].map(samples => {
    const values = samples
      .map(([, value]) => value)
      .filter(Number.isFinite)
      .toSorted((a, b) => a - b)
    return (values[(values.length - 1) >> 1]! + values[values.length >> 1]!) / 2
  })
  const log = Math.log(to! / from!)
  return Number.isFinite(log) ? [[at, log]] : []
}
