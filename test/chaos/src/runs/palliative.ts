import type { ChaosRow, ChaosRun } from '../chaos-run.ts'
import type { HistoryOptions } from '../verdicts/history.ts'
import { createLeak, type LeakOptions } from '../verdicts/leak.ts'
import { createSignal } from '../verdicts/signal.ts'
import { tally } from '../verdicts/tally.ts'

interface PalliativeCase {
  readonly name: string
  readonly leaks: boolean
  readonly history: HistoryOptions
}

/** In per cent of the level an hour; a history of 48 + 48 lasts some 16 hours. */
const SPEEDS = [5, 10, 30]

const LEAKS: {
  readonly [kind in LeakOptions['kind']]: { readonly about: string; readonly threshold: number; readonly sigma: number }
} = {
  floor: { about: 'the floor rises under a cure that lasts for minutes', threshold: 110, sigma: 0.05 },
  sawtooth: { about: 'each cure sets the leak back to nothing', threshold: 140, sigma: 0.01 },
  garbage: { about: 'the cure removes garbage, what lives grows', threshold: 130, sigma: 0.05 },
}

const cases: readonly PalliativeCase[] = [
  ...Object.entries(LEAKS).flatMap(([kind, { about, threshold, sigma }]) =>
    SPEEDS.map(speed => ({
      name: `leak of ${speed} % an hour: ${about}`,
      leaks: true,
      history: randomised(createLeak({ kind: kind as LeakOptions['kind'], perHour: speed / 100, sigma }), threshold),
    })),
  ),
  ...[0.5, 0.8, 0.95].map(rho => ({
    name: `AR(1) rho ${rho}, re-fires by itself`,
    leaks: false,
    history: randomised(createSignal({ rho, sigma: 0.1, factor: 0.8 }), 100 * Math.exp(0.1)),
  })),
]

export const run: ChaosRun = {
  name: 'palliative',
  about: 'a cure that only buys time against a leak is told from one that helps',
  async run({ short, seed, report }) {
    const histories = short ? 10 : 200
    for (const { name, leaks, history } of cases) {
      const counts = await tally({ name, about: 'helps', history, histories }, seed, 0, histories)
      report({ run: 'palliative', case: name, histories, ...figures(counts, histories, leaks) })
    }
  },
}

/** 48 episodes per side, drawn as the loop draws them. */
function randomised(plant: HistoryOptions['phases'][number]['plant'], threshold: number): HistoryOptions {
  return { phases: [{ plant, arms: 'undecided', perArm: 48 }], threshold }
}

function figures(
  counts: Readonly<Record<string, number>>,
  histories: number,
  leaks: boolean,
): Omit<ChaosRow, 'run' | 'case'> {
  const share = (name: string): number => (counts[name] ?? 0) / histories
  const [palliative, effective] = [share('last palliative'), share('last effective')]
  return {
    palliative,
    effective,
    noEffect: share('last no_effect'),
    // For some looks, before there was enough of a history to see the trend.
    effectiveBefore: share('ever effective'),
    goal: leaks ? 'palliative in >= 0.95, effective in none' : 'palliative in <= 0.05, effective in >= 0.95',
    met: leaks ? palliative >= 0.95 && effective === 0 : palliative <= 0.05 && effective >= 0.95,
  }
}
