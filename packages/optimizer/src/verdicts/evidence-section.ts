import { nextGeneration, type Episode } from '@homeostat/judge'
import type { StateSection } from '../words/state-section.ts'
import { hasSpent } from './generation.ts'
import { isWorthKeeping, type Histories } from './histories.ts'
import { parseSavedHistory, type SavedHistory } from './saved-history.ts'

/** An entry that nobody wrote for so long belongs to a rule that no longer exists. */
const FORGET_AFTER_MS = 90 * 86_400_000
/** A history takes up to some 150 kB at the default windows, and few have so many episodes. */
const TEXTS = 4
/** More digits than the noise of any measurement leaves. */
const DIGITS = 6

type Samples = Episode['before']

/**
 * The evidence about actions, one entry per history: a verdict takes days, and services are deployed more often than that.
 *
 * @param earlier - reads the histories that earlier releases kept in files of their own
 */
export function evidenceSection(
  histories: Histories,
  earlier?: StateSection<SavedHistory>['earlier'],
): StateSection<SavedHistory> {
  return {
    name: 'evidence',
    version: 1,
    texts: TEXTS,
    forgetAfterMs: FORGET_AFTER_MS,
    ...(earlier && { earlier }),
    *snapshot() {
      for (const [key, history] of Object.entries(histories.save()))
        yield {
          key,
          print: printOf(history),
          isWorthKeeping: isWorthKeeping(history),
          isInUse: histories.isInUse(key),
          lines: () => linesOf(history),
          essence: () => linesOf(withoutEpisodes(history)),
        }
    },
    parse([head, ...episodes]) {
      const { acts, ...rest } = Object(head) as { readonly acts?: unknown }
      if (!Number.isSafeInteger(acts) || (acts as number) < 0) return undefined
      const read = episodes.map(episodeOf)
      return parseSavedHistory({ ...rest, acts: read.slice(0, acts as number), controls: read.slice(acts as number) })
    },
    restore: (key, history) => histories.resume(key, history),
    outweighs(theirs, key, now) {
      const ours = histories.savedOf(key)
      return ours === undefined || outweighs(theirs, ours, now)
    },
  }
}

/**
 * Its verdict and its quarantine stay; the episodes are gathered anew. They are a new generation: to judge them with the alpha of those
 * that are left out would spend it twice.
 */
function withoutEpisodes(history: SavedHistory): SavedHistory {
  const { life, designed: _, ...rest } = history
  return { ...rest, acts: [], controls: [], life: life && hasSpent(history) ? nextGeneration(life) : life }
}

/** All but the episodes first, then one line per episode, those of `acts` before those of `controls`. */
function* linesOf({ acts, controls, ...head }: SavedHistory): Generator {
  yield { ...head, acts: acts.length }
  for (const { at, before, after, expected = null } of [...acts, ...controls])
    yield [at, expected, flat(before), flat(after)]
}

/** The time of the first sample and its value, then of each further one the time since the one before and its value. */
function flat(samples: Samples): number[] {
  return samples.flatMap(([ms, value], index) => {
    return [ms - (samples[index - 1]?.[0] ?? 0), Number(value.toPrecision(DIGITS))]
  })
}

/** Not checked yet: `parseSavedHistory` refuses a line that is not an episode. */
function episodeOf(line: unknown): unknown {
  if (!Array.isArray(line)) return undefined
  const [at, expected, before, after] = line as unknown[]
  return { at, before: samplesOf(before), after: samplesOf(after), ...(expected !== null && { expected }) }
}

function samplesOf(flatSamples: unknown): unknown {
  if (!Array.isArray(flatSamples) || flatSamples.length % 2 !== 0) return undefined
  const samples: unknown[] = []
  let ms = 0
  for (let index = 0; index < flatSamples.length; index += 2) {
    const since: unknown = flatSamples[index]
    ms += typeof since === 'number' ? since : Number.NaN
    samples.push([ms, flatSamples[index + 1]])
  }
  return samples
}

/** Episodes never change, so that the last one and their number speak for all. */
function printOf({
  acts,
  controls,
  version,
  arms,
  breaches,
  trials,
  designed,
  standing,
  decided,
  life,
}: SavedHistory): string {
  const episodes = [acts, controls].map(all => [all.length, all.at(-1)?.at])
  return JSON.stringify([version, arms, breaches, trials, designed, standing, decided, life, episodes])
}

/**
 * Whether a history that another process of the service has saved is worth more than ours. A quarantine in force outweighs
 * everything: to stop for a day too much costs less than to do harm again. Then a history that was judged outweighs one that
 * was not, and more trials outweigh fewer. A verdict alone does not: of many processes one is wrong sooner or later, and
 * would hand its verdict to all of them.
 */
function outweighs(theirs: SavedHistory, ours: SavedHistory, now: number): boolean {
  const weigh = (history: SavedHistory): number[] => [
    Number((history.standing.quarantine?.until ?? 0) > now),
    Number(history.decided !== undefined || hasSpent(history) || (history.life?.generation ?? 1) > 1),
    trialsOf(history),
  ]
  const weights = weigh(ours)
  const differing = weigh(theirs).map((weight, index) => weight - weights[index]!)
  return (differing.find(difference => difference !== 0) ?? 0) > 0
}

/** The trials of this generation and of the earlier ones that are known. */
function trialsOf({ trials, life }: SavedHistory): number {
  return trials.act + trials.control + 2 * (life?.earlier.reduce((sum, { size }) => sum + size, 0) ?? 0)
}
