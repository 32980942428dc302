/**
 * How an experiment is laid out. Its parts decide what a verdict can mean: chance must have dealt what is counted as one observation, and
 * an effect that crosses from one observation into the next is not measured. Plain data, for people and for records.
 */
export interface Design {
  readonly kind: 'episodes' | 'split' | 'kept split' | 'switchback'
  /** What chance deals to an arm, and what counts as one observation. */
  readonly unit: string
  /** How it is dealt. */
  readonly dealing: string
  /** How long an effect may take to come or to go without being taken for another observation's, in ms. */
  readonly carryOverMs: number
  readonly sees: string
  readonly cannotSee: string
}

/** Runs against runs that were withheld at random, each with a window of its own after the effect has settled. */
function episodes({ settleMs, cooldownMs }: { readonly settleMs: number; readonly cooldownMs: number }): Design {
  return {
    kind: 'episodes',
    unit: 'a run of the action',
    dealing: 'permuted blocks of four until there is a verdict, then one control in ten',
    carryOverMs: cooldownMs,
    sees: `an effect on the whole process that shows within ${seconds(settleMs)}`,
    cannotSee: `an effect that lasts longer than the cooldown of ${seconds(cooldownMs)}: it reaches the next control and looks smaller`,
  }
}

/** Half of the units of one process against the other half, dealt anew in each block. */
function split({ blockMs }: { readonly blockMs: number }): Design {
  return {
    kind: 'split',
    unit: 'a block of time, in which half of the units get the action',
    dealing: 'each unit anew in each block, by a hash of its id and the block',
    carryOverMs: 0,
    sees: `an effect on the units themselves that shows within a block of ${seconds(blockMs)}`,
    cannotSee: 'an effect on all units alike, as on a shared pool, and one that stays with a unit after its block',
  }
}

/** Half of the units of one process against the other half, dealt once. */
function keptSplit(): Design {
  return {
    kind: 'kept split',
    unit: 'a unit (key, route, tenant), over all blocks',
    dealing: 'each unit once, by a hash of its id',
    carryOverMs: Number.POSITIVE_INFINITY,
    sees: 'an effect on the units themselves, also one that builds up',
    cannotSee:
      'an effect on all units alike, as on a shared pool, and effects smaller than the difference between units',
  }
}

/** The whole process, with the change on and off in turns. */
function switchback({ blockMs, carryOverMs }: { readonly blockMs: number; readonly carryOverMs: number }): Design {
  return {
    kind: 'switchback',
    unit: 'a pair of blocks of time',
    dealing: 'the order within each pair, by a fair coin',
    carryOverMs,
    sees: `an effect on the whole process that comes and goes within ${seconds(carryOverMs > 0 ? carryOverMs : blockMs)}`,
    cannotSee:
      carryOverMs > 0
        ? 'an effect that comes or goes more slowly than that'
        : `an effect that comes later than a block of ${seconds(blockMs)}: it gives no verdict, and a hint at how late it comes`,
  }
}

/** What each design can and cannot see. */
export const designs: {
  readonly episodes: typeof episodes
  readonly split: typeof split
  readonly keptSplit: typeof keptSplit
  readonly switchback: typeof switchback
} = { episodes, split, keptSplit, switchback }

function seconds(ms: number): string {
  return `${Math.round(ms / 1000)} s`
}
