import type { Arm } from '@homeostat/judge'
import { bucketOf } from '@homeostat/judge'
import type { SwitchbackBlock } from '@homeostat/judge'
import { planSwitchback } from '@homeostat/judge'
import type { Design, Response } from './response.ts'

/** How one trial answers by itself, in minutes, what single runs and controls answer in days. */
export type TrialDesign =
  /** The change is on and off in turns, in an order that chance has drawn. */
  | { readonly kind: 'switchback'; readonly plan: readonly SwitchbackBlock[] }
  /** Half of the units (keys, requests, jobs) get it, the other half is compared with them. */
  | { readonly kind: 'split'; readonly blocks: number; readonly blockMs: number }

const SPLIT = { blocks: 10, blockMs: 60_000 }

/** Makes the design that a response asks for; undefined for plain episodes. */
export function planTrial({ design }: Response, now: number, random: () => number): TrialDesign | undefined {
  switch (design?.kind) {
    case 'switchback':
      return { kind: 'switchback', plan: planSwitchback({ ...design, startAt: now }, random) }
    case 'split':
      return { kind: 'split', ...SPLIT, ...timesOf(design) }
    case undefined:
      return undefined
  }
}

/** Whether the change of a switchback is on at a time. */
export function isOnAt(plan: readonly SwitchbackBlock[], now: number): boolean {
  return plan.some(({ arm, from, to }) => arm === 'act' && now >= from && now < to)
}

/** How long a trial takes that answers by itself. */
export function designMs(design: TrialDesign): number {
  if (design.kind === 'split') return design.blocks * design.blockMs
  return (design.plan.at(-1)?.to ?? 0) - (design.plan[0]?.from ?? 0)
}

/** Which half a unit belongs to now. Each block of time deals the units anew, so that no half keeps the busy ones. */
export function splitOf(trialId: string, blockMs: number, clock: () => number): (unit: string) => Arm {
  return unit => bucketOf(unit, `${trialId}:${Math.floor(clock() / blockMs)}`)
}

function timesOf({ blocks, blockMs }: Extract<Design, { kind: 'split' }>): Partial<typeof SPLIT> {
  return { ...(blocks !== undefined && { blocks }), ...(blockMs !== undefined && { blockMs }) }
}
