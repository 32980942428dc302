import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  advanceProof,
  armsOf,
  beginProof,
  donePairs,
  timeLeft,
  type Proof,
  type ProofEvent,
} from '../../src/prove/index.ts'
import { prove, START, terms, TICK_MS } from './plant-proof.ts'

const events: fc.Arbitrary<ProofEvent> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      type: fc.constant('tick'),
      value: fc.option(fc.double(), { nil: undefined }),
      isSet: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constantFrom({ type: 'pause' } as const, { type: 'resume' } as const) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      { type: 'end', why: 'aborted', detail: 'aborted' } as const,
      { type: 'note', text: 'x' } as const,
    ),
  },
)

/** Ticks of some seconds, with events in between. */
const histories = fc.array(fc.tuple(events, fc.integer({ min: 1, max: 40_000 })), { maxLength: 200 })

function run(history: readonly (readonly [ProofEvent, number])[], see: (proof: Proof, now: number) => void): Proof {
  let now = START
  let proof = beginProof({ ...terms, pairs: 6 }, now)
  for (const [event, laterMs] of history) {
    now += laterMs
    proof = advanceProof(proof, event, now)
    see(proof, now)
  }
  return proof
}

test('nothing is on while a proof is paused or over, whatever happened before', () => {
  fc.assert(
    fc.property(histories, history => {
      run(history, proof => {
        if (proof.state !== 'running') expect(armsOf(proof)).toEqual({ knob: 'control', placebo: 'control' })
      })
    }),
  )
})

test('the pairs that are compared are whole: two blocks of both arms, one after the other, and never more than planned', () => {
  fc.assert(
    fc.property(histories, history => {
      run(history, (proof, now) => {
        const done = donePairs(proof)
        expect(done.length).toBeLessThanOrEqual(6)
        expect(done.map(({ place }) => place)).toEqual(done.map((_, index) => index))
        for (const { blocks } of done) {
          expect(blocks.map(({ arm }) => arm).toSorted()).toEqual(['act', 'control'])
          expect(blocks.map(({ placebo }) => placebo).toSorted()).toEqual(['act', 'control'])
          expect(blocks[1]!.from).toBeGreaterThanOrEqual(blocks[0]!.to)
          // No pause lies within a pair.
          for (const { from } of proof.pauses) expect(from <= blocks[0]!.from || from >= blocks[1]!.to).toBe(true)
        }
        expect(timeLeft(proof, now)).toBeGreaterThanOrEqual(0)
      })
    }),
  )
})

test('what is over stays over', () => {
  fc.assert(
    fc.property(histories, history => {
      const over = run([...history, [{ type: 'end', why: 'aborted', detail: 'a person' }, 1]], () => undefined)
      for (const event of [{ type: 'resume' }, { type: 'tick', value: 1, isSet: true }, { type: 'pause' }] as const)
        expect(advanceProof(over, event, START + 1e9)).toBe(over)
    }),
  )
})

test('values of ticks at which the knob is on its way are counted and left out', () => {
  let proof = beginProof(terms, START)
  proof = advanceProof(proof, { type: 'tick', value: 7, isSet: false }, START + TICK_MS)
  proof = advanceProof(proof, { type: 'tick', value: undefined, isSet: true }, START + 2 * TICK_MS)
  proof = advanceProof(proof, { type: 'tick', value: NaN, isSet: true }, START + 3 * TICK_MS)
  proof = advanceProof(proof, { type: 'tick', value: 9, isSet: true }, START + 4 * TICK_MS)
  expect(proof.pairs[0]!.blocks[0]).toMatchObject({ samples: [[START + 4 * TICK_MS, 9]], missing: 2, unset: 1 })
})

test('a measure that has no value for two pairs ends the proof, with a way out', () => {
  let proof = beginProof(terms, START)
  for (let tick = 1; proof.state === 'running'; tick++) {
    // The first pair has values.
    const value = tick * TICK_MS < 2 * terms.blockMs ? 7 : undefined
    proof = advanceProof(proof, { type: 'tick', value, isSet: true }, START + tick * TICK_MS)
  }
  expect(proof.ending).toEqual({
    why: 'no values',
    detail: 'the measure had no value in 2 pairs in a row: send traffic, or choose another with --measure',
    at: START + 3 * 2 * terms.blockMs,
  })
})

test('a pause drops its pair, and the pair that takes its place is drawn anew', () => {
  const orders = new Set<string>()
  for (let seed = 0; seed < 40; seed++) {
    let proof = beginProof({ ...terms, seed }, START)
    proof = advanceProof(proof, { type: 'pause' }, START + 30_000)
    proof = advanceProof(proof, { type: 'resume' }, START + 90_000)
    expect(proof.pairs.map(({ state, place }) => [state, place])).toEqual([
      ['dropped', 0],
      ['open', 0],
    ])
    expect(proof.pauses).toEqual([{ from: START + 30_000, to: START + 90_000 }])
    orders.add(proof.pairs.map(({ blocks }) => blocks[0]!.arm).join())
  }
  expect(orders.size).toBe(4)
})

test('the placebo agrees with the knob in half of the places, and one seed gives one proof', () => {
  for (let seed = 0; seed < 50; seed++) {
    const proof = prove({ seed, factor: 1 })
    const agreeing = proof.pairs.filter(({ blocks }) => blocks[0]!.arm === blocks[0]!.placebo)
    expect(agreeing).toHaveLength(terms.pairs / 2)
    expect(prove({ seed, factor: 1 })).toEqual(proof)
  }
})

test('knob and placebo begin on and off equally often', () => {
  const first = Array.from({ length: 200 }, (_, seed) => prove({ seed, factor: 1, changes: { pairs: 6 } })).flatMap(
    ({ pairs }) => pairs.map(({ blocks }) => blocks[0]!),
  )
  for (const whose of ['arm', 'placebo'] as const) {
    const share = first.filter(block => block[whose] === 'act').length / first.length
    // 1,200 fair coins: six deviations are 0.087.
    expect(Math.abs(share - 0.5)).toBeLessThan(0.087)
  }
})
