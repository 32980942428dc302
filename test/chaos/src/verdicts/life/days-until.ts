import { createRandom } from '@homeostat/lab/scenarios'
import { Alarms } from '../alarms.ts'
import { drawArm, type ArmState } from '../judge.ts'
import { RankSumAnew } from '../rank-sum-anew.ts'
import { logNormal } from '../services.ts'
import { Life } from './life.ts'

const DAY_MS = 86_400_000
const SERVICE = logNormal['AR(1) rho 0.8']
/** From one alarm of the service to the next when nothing pauses, measured. */
const BUSY_MS = 17 * 60_000
/** Longer than anybody waits. */
const MOST_DAYS = 120

export interface Wait {
  readonly judge: number
  readonly reference: number
}

/** Days until `effective`, by the judge and by the earlier rule, at so many alarms a day; infinite after four months. */
export function daysUntilEffective(factor: number, alarmsPerDay: number, seed: number): Wait {
  const pauseMs = DAY_MS / alarmsPerDay - BUSY_MS
  return {
    judge: byJudge(factor, pauseMs, createRandom(seed)),
    reference: byReference(factor, pauseMs, createRandom(seed)),
  }
}

function byJudge(factor: number, pauseMs: number, random: () => number): number {
  const life = new Life({ service: SERVICE, factor, pauseMs }, random)
  while (life.days < MOST_DAYS) {
    if (life.next().some(({ verdict }) => verdict === 'effective')) return life.days
  }
  return Infinity
}

/** Looks at 6, 12, 24 and 48 per arm; harm and 48 without an answer cost a day, after which it begins again. */
function byReference(factor: number, pauseMs: number, random: () => number): number {
  const { plant, ...rule } = SERVICE
  const alarms = new Alarms(plant(factor), rule, 0, random)
  const rule48 = new RankSumAnew()
  let state: ArmState | undefined
  let looks = 0
  while (alarms.now < MOST_DAYS * DAY_MS) {
    const recorded = alarms.next(() => {
      const drawn = drawArm(state, 'undecided', random)
      state = drawn.state
      return drawn.arm
    })
    for (const one of recorded) {
      const found = rule48.add(one)
      if (found === 'effective') return alarms.now / DAY_MS
      if (found !== undefined) looks++
      if (found !== 'harmful' && looks < 4) continue
      rule48.beginAgain()
      looks = 0
      alarms.skipTo(alarms.now + DAY_MS)
    }
    alarms.skipTo(alarms.now + pauseMs)
  }
  return Infinity
}
