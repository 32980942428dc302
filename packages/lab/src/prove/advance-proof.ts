import { drawPair } from './drawn-pair.ts'
import type { Arm, Proof, ProofBlock, ProofEnding, ProofPair, ProofTerms } from './proof.ts'

/** What happens to a proof. */
export type ProofEvent =
  | {
      readonly type: 'tick'
      /** The number that should change; undefined where there is none. */
      readonly value: number | undefined
      /** Whether knob and placebo stand where the block wants them. */
      readonly isSet: boolean
    }
  | { readonly type: 'pause' }
  | { readonly type: 'resume' }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'end'; readonly why: ProofEnding['why']; readonly detail: string }

/** So many pairs in a row without a value end a proof. */
const MOST_EMPTY_PAIRS = 2
const BLIND = `the measure had no value in ${MOST_EMPTY_PAIRS} pairs in a row: send traffic, or choose another with --measure`
/** More notes say less. */
const MOST_NOTES = 100

/** A proof that begins now. */
export function beginProof(terms: ProofTerms, now: number): Proof {
  const proof: Proof = {
    version: 1,
    terms,
    startedAt: now,
    state: 'running',
    pairs: [],
    pauses: [],
    notes: [],
  }
  return { ...proof, pairs: [newPair(proof, now)] }
}

/** The next state of a proof. Pure; the same object where nothing changes. */
export function advanceProof(proof: Proof, event: ProofEvent, now: number): Proof {
  if (event.type === 'note') return noted(proof, event.text)
  if (proof.state === 'over') return proof
  switch (event.type) {
    case 'tick':
      return proof.state === 'running' ? ticked(proof, event, now) : proof
    case 'pause':
      if (proof.state === 'paused') return proof
      return { ...withoutOpenPair(proof), state: 'paused', pauses: [...proof.pauses, { from: now }] }
    case 'resume':
      if (proof.state === 'running') return proof
      return resumed(proof, now)
    case 'end':
      return over(withoutOpenPair(proof), event.why, event.detail, now)
  }
}

/** Where knob and placebo are to stand. Both stand where they were while nothing runs. */
export function armsOf(proof: Proof): { readonly knob: Arm; readonly placebo: Arm } {
  const block = proof.state === 'running' ? openBlock(proof) : undefined
  return { knob: block?.arm ?? 'control', placebo: block?.placebo ?? 'control' }
}

/** The values of a block that count. */
export function measuredValues({ samples, measureFrom, to }: ProofBlock): number[] {
  return samples.filter(([ms]) => ms >= measureFrom && ms < to).map(([, value]) => value)
}

/** The pairs that are compared. */
export function donePairs({ pairs }: Pick<Proof, 'pairs'>): readonly ProofPair[] {
  return pairs.filter(({ state }) => state === 'done')
}

/** How long it still takes when nothing interrupts it, in milliseconds. */
export function timeLeft(proof: Proof, now: number): number {
  if (proof.state === 'over') return 0
  const { pairs, blockMs } = proof.terms
  const whole = 2 * blockMs * (pairs - donePairs(proof).length)
  const open = proof.pairs.at(-1)
  const done = open?.state === 'open' ? now - open.blocks[0]!.from : 0
  return Math.max(0, whole - done)
}

function ticked(proof: Proof, { value, isSet }: ProofEvent & { type: 'tick' }, now: number): Proof {
  const block = openBlock(proof)
  if (block === undefined) return proof
  if (now < block.to) {
    const at = isSet && value !== undefined && Number.isFinite(value)
    const next: ProofBlock = {
      ...block,
      samples: at ? [...block.samples, [now, value] as const] : block.samples,
      missing: block.missing + (isSet && !at ? 1 : 0),
      unset: block.unset + (isSet ? 0 : 1),
    }
    return withOpenPair(proof, pair => ({ ...pair, blocks: [...pair.blocks.slice(0, -1), next] }))
  }
  const pair = proof.pairs.at(-1)!
  if (pair.blocks.length === 1) {
    const second = newBlock(proof.terms, drawPair(proof.terms, pair.place, proof.pairs.length - 1), 1, now)
    return withOpenPair(proof, open => ({ ...open, blocks: [...open.blocks, second] }))
  }
  const done = withOpenPair(proof, open => ({ ...open, state: 'done' }))
  if (isBlind(done)) return over(done, 'no values', BLIND, now)
  if (donePairs(done).length < proof.terms.pairs) return { ...done, pairs: [...done.pairs, newPair(done, now)] }
  return over(done, 'completed', `all ${proof.terms.pairs} pairs are measured`, now)
}

function over(proof: Proof, why: ProofEnding['why'], detail: string, at: number): Proof {
  return { ...proof, state: 'over', ending: { why, detail, at } }
}

/** Whether the latest pairs have shown nothing: more of them would not either. */
function isBlind(proof: Proof): boolean {
  const latest = donePairs(proof).slice(-MOST_EMPTY_PAIRS)
  const isEmpty = latest.every(({ blocks }) => blocks.every(block => measuredValues(block).length === 0))
  return isEmpty && latest.length === MOST_EMPTY_PAIRS
}

function resumed(proof: Proof, now: number): Proof {
  const pauses = proof.pauses.map(pause => ({ to: now, ...pause }))
  return { ...proof, state: 'running', pauses, pairs: [...proof.pairs, newPair(proof, now)] }
}

function noted(proof: Proof, text: string): Proof {
  if (proof.notes.length >= MOST_NOTES || proof.notes.includes(text)) return proof
  return { ...proof, notes: [...proof.notes, text] }
}

function newPair(proof: Proof, now: number): ProofPair {
  const place = donePairs(proof).length
  const block = newBlock(proof.terms, drawPair(proof.terms, place, proof.pairs.length), 0, now)
  return { place, blocks: [block], state: 'open' }
}

function newBlock(
  { blockMs, carryOverMs }: ProofTerms,
  drawn: ReturnType<typeof drawPair>,
  index: 0 | 1,
  now: number,
): ProofBlock {
  return {
    arm: drawn.knob[index],
    placebo: drawn.placebo[index],
    from: now,
    measureFrom: now + carryOverMs,
    to: now + blockMs,
    samples: [],
    missing: 0,
    unset: 0,
  }
}

function openBlock({ pairs }: Proof): ProofBlock | undefined {
  const pair = pairs.at(-1)
  return pair?.state === 'open' ? pair.blocks.at(-1) : undefined
}

/** A pair whose time was interrupted is compared with nothing. */
function withoutOpenPair(proof: Proof): Proof {
  return withOpenPair(proof, pair => ({ ...pair, state: 'dropped' }))
}

function withOpenPair(proof: Proof, change: (pair: ProofPair) => ProofPair): Proof {
  const pair = proof.pairs.at(-1)
  return pair?.state === 'open' ? { ...proof, pairs: [...proof.pairs.slice(0, -1), change(pair)] } : proof
}
