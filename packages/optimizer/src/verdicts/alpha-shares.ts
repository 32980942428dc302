import type { Alpha, Life } from '@homeostat/judge'

/** How the kinds of evidence of one generation divide what it may spend, so that all together spend no more. */
export interface AlphaShares {
  /** The comparison of runs with controls. */
  readonly episodes: Alpha
  /** The one trial that answers by itself. */
  readonly design: Alpha
  /** Counting the guards' breaches, which can only show harm. */
  readonly guards: number
}

/** Guards have their own way to stop an action at once, so that they need little of it. */
const GUARDS = 0.2

/** Where a trial answers by itself, it comes first and gets so much: enough for the eight pairs of a switchback (1 / 256). */
const DESIGN = 0.6

export function alphaShares({ alpha }: Life, hasDesign: boolean): AlphaShares {
  const design = hasDesign ? DESIGN : 0
  const worse = alpha.worse * (1 - GUARDS)
  return {
    episodes: { better: alpha.better * (1 - design), worse: worse * (1 - design) },
    design: { better: alpha.better * design, worse: worse * design },
    guards: alpha.worse * GUARDS,
  }
}
