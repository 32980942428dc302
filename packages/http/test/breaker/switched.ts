import type { Optimizer } from '@homeostat/optimizer'
import type { Breakers } from '../../src/breaker/breakers.ts'

/** Waits for the switch of a tick, for which the tick does not wait. Virtual time goes on when it is done. */
export async function switched(optimizer: Optimizer, breakers: Breakers, now: number): Promise<void> {
  const design = optimizer.trials.open[0]?.design
  const isOnNow = ({ arm, from, to }: { arm: string; from: number; to: number }): boolean =>
    arm === 'act' && now >= from && now < to
  const wanted = design?.kind === 'switchback' ? design.plan.some(isOnNow) : undefined
  for (let turn = 0; turn < 50 || (turn < 5000 && (wanted ?? breakers.isEnforced) !== breakers.isEnforced); turn++)
    await new Promise(resolve => setImmediate(resolve))
}
