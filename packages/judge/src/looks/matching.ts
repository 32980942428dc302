import type { Measured } from '../episode.ts'

export interface Pair {
  readonly act: Measured
  readonly control: Measured
}

/** How many episodes of one arm may wait for one of the other. */
const MAX_WAITING = 4

/** How many episodes a waiting one may see pass. */
const MAX_APART = 16

/**
 * So many of one arm in a row were not drawn together with the other arm: controls in a row are a shadow period (chance by
 * fair coins: 1 in 512), acts in a row a time without a hold-out (with one in ten by chance: 1.5 %).
 */
const MAX_RUN = { act: 40, control: 8 }

/**
 * Pairs act with control episodes that are concurrent: each episode takes the latest one of the other arm that still waits.
 * A shadow period before, or a change of level between phases, therefore cannot pose as an effect, and a hold-out of
 * one in ten is compared with its neighbours. Only the past decides, so pairs never change when episodes follow.
 */
export function createMatching(): (episode: Measured) => Pair | undefined {
  let waiting: { episode: Measured; position: number }[] = []
  let arm: Measured['arm'] | undefined
  let run = 0
  let position = 0
  return episode => {
    position++
    if (episode.arm !== arm && arm !== undefined && run > MAX_RUN[arm]) waiting = []
    run = episode.arm === arm ? run + 1 : 1
    arm = episode.arm
    waiting = waiting.filter(other => position - other.position <= MAX_APART)
    const partner = waiting.at(-1)
    if (partner !== undefined && partner.episode.arm !== episode.arm) {
      waiting.pop()
      return episode.arm === 'act'
        ? { act: episode, control: partner.episode }
        : { act: partner.episode, control: episode }
    }
    waiting.push({ episode, position })
    if (waiting.length > MAX_WAITING) waiting.shift()
    return undefined
  }
}
