import { createTrace } from './trace.ts'
import { checkTrace } from './world.ts'

/** What many traces have shown together. */
export interface Tally {
  traces: number
  ticks: number
  runs: number
  withheld: number
  breaches: number
  reverts: number
  preempted: number
  /** The first trace that broke the model. */
  violation?: string
}

export const NOTHING: Readonly<Tally> = {
  traces: 0,
  ticks: 0,
  runs: 0,
  withheld: 0,
  breaches: 0,
  reverts: 0,
  preempted: 0,
}

/** Checks the traces of some seeds, until one breaks the model. */
export async function checkTraces(from: number, to: number): Promise<Tally> {
  const tally: Tally = { ...NOTHING }
  for (let seed = from; seed < to && tally.violation === undefined; seed++) {
    const { violations, ...counts } = await checkTrace(createTrace(seed))
    add(tally, { traces: 1, ...counts })
    if (violations[0] !== undefined) tally.violation = `trace ${seed}: ${violations[0]}`
  }
  return tally
}

export function add(tally: Tally, { violation, ...counts }: Tally): void {
  for (const name of Object.keys(counts) as (keyof typeof counts)[]) tally[name] += counts[name]
  if (violation !== undefined) tally.violation ??= violation
}
