import type { HomeostatOptions } from '../options/options.ts'
import { poolChild } from './pool-child.ts'

/** Why this process only measures, for people; undefined where it runs the whole loop. */
export function whySignalsOnly({ signalsOnly }: HomeostatOptions): string | undefined {
  if (signalsOnly !== undefined) return signalsOnly ? 'the option signalsOnly is set' : undefined
  const pool = poolChild()
  return pool && `this is ${pool}, and signalsOnly: false starts the engine here too`
}

/** Options of what evaluates, predicts, acts and keeps. */
const ENGINE_OPTIONS: ReadonlySet<string> = new Set<keyof HomeostatOptions>([
  'rules',
  'responses',
  'actions',
  'knobs',
  'ruleFiles',
  'responseFiles',
  'actionModes',
  'budget',
  'stateDir',
  'stateStore',
  'killFile',
  'inspection',
])

/**
 * Leaves of the options what measuring needs. Rules, forecasts, actions, coordinators, kept state and kill switches are for the
 * application that the process works for, and would delay the first job of each child.
 */
export function signalsOnlyOptions(options: HomeostatOptions): HomeostatOptions {
  return {
    ...Object.fromEntries(Object.entries(options).filter(([name]) => !ENGINE_OPTIONS.has(name))),
    mode: 'off',
    maxMode: 'off',
    forecast: false,
    coordinator: false,
    killSignal: false,
    watchdog: false,
  }
}
