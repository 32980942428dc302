import { formatDuration } from '@homeostat/promql'
import { donePairs, timeLeft } from './advance-proof.ts'
import type { ProofRecord } from './proof-record.ts'
import type { Proof } from './proof.ts'

/**
 * Where a proof stands, in one line: `pair 3 of 8, block 2 of 2: knob on, placebo off; 11m left`.
 *
 * @param notBack where knob and placebo stand instead, for a paused proof whose knob or placebo is not reverted
 */
export function progressLine(proof: Proof, now: number, notBack?: string): string {
  const { pairs, state, ending, terms } = proof
  if (state === 'over') return `over: ${ending!.detail}`
  const done = `${donePairs(proof).length} of ${terms.pairs} pairs measured`
  const left = `${duration(timeLeft(proof, now))} left`
  if (state === 'paused')
    return `paused ${notBack === undefined ? 'with everything reverted' : `but not reverted (${notBack})`}: ${done}; ${left}`
  const open = pairs.at(-1)!
  const block = open.blocks.at(-1)!
  const isOn = (arm: string): string => (arm === 'act' ? 'on' : 'off')
  return `pair ${open.place + 1} of ${terms.pairs}, block ${open.blocks.length} of 2: knob ${isOn(block.arm)}, placebo ${isOn(block.placebo)}; ${left}`
}

/** The result for a terminal, line by line. */
export function proofLines({ terms, judgement, proof }: ProofRecord): string[] {
  const { knob, placebo, conclusion, cannotSee } = judgement
  const name = Math.max(terms.knob.length, 'placebo'.length) + 2
  return [
    conclusion,
    ...(proof.ending === undefined || proof.ending.why === 'completed'
      ? []
      : [`It ended early: ${proof.ending.detail}.`]),
    '',
    `${terms.knob.padEnd(name)}${knob.verdict}: ${knob.reason}`,
    `${'placebo'.padEnd(name)}${placebo.verdict}: ${placebo.reason}`,
    '',
    'It cannot see:',
    ...cannotSee.map(line => `  - ${line}`),
  ]
}

/** To the second; `formatDuration` would show milliseconds. */
export function duration(ms: number): string {
  return formatDuration(Math.round(ms / 1000) * 1000)
}
