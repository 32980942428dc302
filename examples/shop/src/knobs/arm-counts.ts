import { metrics } from '@homeostat/semconv'
import type { Homeostat } from 'homeostat'
import type { Arm } from './setting-knob.ts'
import { ARM, TRIAL_UNITS } from './shop-signals.ts'

/** How many units a half of a trial has. */
export type ArmSizes = Readonly<Record<Arm, number>>
/** The units that each half has had since the process started, by action; only of actions that have been tried. */
export type ArmCounts = Readonly<Record<string, ArmSizes>>

/** By the metric that counts the units: pages, lookups, and for the slots of time their milliseconds. */
const ACTIONS: Readonly<Record<string, string>> = {
  [TRIAL_UNITS.pages]: 'shop.offersPerPage',
  [TRIAL_UNITS.lookups]: 'shop.placebo',
  [metrics.queueTrialMoments.name]: 'queue.rescheduleHeavyTasks',
}

/** Reads the counters from which the judge's own values are made, so that the sizes are those of what it compares. */
export function armCountsOf({ instrumentations }: Pick<Homeostat, 'instrumentations'>): ArmCounts {
  const counts: Record<string, ArmSizes> = {}
  for (const { registry } of instrumentations) {
    for (const { descriptor, dataPoints } of registry.read(Date.now(), ({ name }) => name in ACTIONS).metrics) {
      const sizes = { act: 0, control: 0 }
      for (const { attributes, value } of dataPoints) {
        const arm = attributes[ARM]
        if (arm === 'act' || arm === 'control') sizes[arm] += typeof value === 'number' ? value : value.count
      }
      counts[ACTIONS[descriptor.name]!] = sizes
    }
  }
  return counts
}
