import { expect, test } from 'vitest'
import { harmSoFar, judgeProof, type Proof, type ProofJudgement } from '../../src/prove/index.ts'
import { prove, type ProvenPlant } from './plant-proof.ts'

function judgements(count: number, plant: Omit<ProvenPlant, 'seed'>): ProofJudgement[] {
  return Array.from({ length: count }, (_, seed) => judgeProof(prove({ ...plant, seed })))
}

const share = (of: readonly ProofJudgement[], is: (each: ProofJudgement) => boolean): number =>
  of.filter(is).length / of.length

test('an effect of 20 % is effective with an interval around it, and the placebo shows none', () => {
  const all = judgements(60, { factor: 0.8 })
  expect(share(all, ({ knob }) => knob.verdict === 'effective')).toBeGreaterThan(0.95)
  expect(share(all, ({ placebo }) => placebo.verdict === 'effective')).toBeLessThan(0.05)
  const { knob, conclusion } = all[0]!
  expect(knob.statistics.interval![0]).toBeLessThan(-0.2)
  expect(knob.statistics.interval![1]).toBeGreaterThan(-0.2)
  expect(conclusion).toMatch(/^plant\.valve at 4 changes the measure by -\d+ % \(-\d+ % to -\d+ %\): effective\.$/)
})

test.each([
  ['on a still plant', { factor: 1 }],
  ['while the load grows by half per hour', { factor: 1, growth: 0.5 }],
  ['beside a knob with a large effect', { factor: 0.6 }],
])('the placebo %s is called effective or harmful in 5 of 100 proofs at most', (_, plant) => {
  const all = judgements(300, plant)
  // 2.5 % per side; 5 % of 300 would be reached with a chance below 1 %.
  expect(share(all, ({ placebo }) => placebo.verdict === 'effective')).toBeLessThanOrEqual(0.05)
  expect(share(all, ({ placebo }) => placebo.verdict === 'harmful')).toBeLessThanOrEqual(0.05)
})

test('a knob without effect is seldom called effective, also while the load grows', () => {
  for (const growth of [0, 0.5, -0.3]) {
    const all = judgements(200, { factor: 1, growth })
    expect(share(all, ({ knob }) => knob.verdict === 'effective')).toBeLessThanOrEqual(0.05)
  }
})

test('a harmful knob is harmful, and is found before all pairs are measured', () => {
  const proof = prove({ seed: 3, factor: 1.5 })
  expect(judgeProof(proof)).toMatchObject({ knob: { verdict: 'harmful' }, isCredible: true })
  const early = { ...proof, pairs: proof.pairs.slice(0, 10) }
  expect(harmSoFar(early)).toContain('significantly worse')
  expect(harmSoFar({ ...proof, pairs: proof.pairs.slice(0, 5) })).toBeUndefined()
})

test('the looks for harm after each pair end a proof of a harmless knob seldom', () => {
  const ended = Array.from({ length: 200 }, (_, seed) => prove({ seed, factor: 1 })).filter(proof =>
    proof.pairs.some((_, index) => harmSoFar({ ...proof, pairs: proof.pairs.slice(0, index + 1) }) !== undefined),
  )
  expect(ended.length / 200).toBeLessThanOrEqual(0.04)
})

test('an effect that outlasts its block gives no verdict, and says that it comes late', () => {
  const all = judgements(40, { factor: 0.7, lateMs: 60_000, changes: { pairs: 24 } })
  expect(share(all, ({ knob }) => knob.verdict === 'inconclusive')).toBeGreaterThan(0.9)
  const late = all.filter(({ knob }) => knob.reason.includes('an effect seems to come'))
  expect(late.length).toBeGreaterThan(20)
  // Its effect comes a block late, and the 10 s that are not measured anyway are not part of the option.
  const named = late.map(({ knob }) => /declare --carry-over=(\S+) or more/.exec(knob.reason)![1])
  expect(named).toContain('50s')
  expect(new Set(named).size).toBeLessThan(4)
})

test('an effect that is declared to come late is found in the rest of the block', () => {
  const declared = { blockMs: 90_000, carryOverMs: 40_000, isCarryOverDeclared: true }
  const all = judgements(40, { factor: 0.7, lateMs: 30_000, changes: declared })
  expect(share(all, ({ knob }) => knob.verdict === 'effective')).toBeGreaterThan(0.9)
})

test('a placebo with an effect makes the proof incredible, whatever the knob shows', () => {
  const proof = prove({ seed: 1, factor: 0.7 })
  // The placebo of this proof was switched like the knob.
  const pairs = proof.pairs.map(pair => ({
    ...pair,
    blocks: pair.blocks.map(block => ({ ...block, placebo: block.arm })),
  }))
  const judgement = judgeProof({ ...proof, pairs })
  expect(judgement).toMatchObject({ isCredible: false, placebo: { verdict: 'effective' } })
  expect(judgement.conclusion).toMatch(/^Do not believe this proof/)
})

test('there is no verdict before the end, however large the effect is', () => {
  const proof = prove({ seed: 1, factor: 0.5 })
  const { ending: _, ...running } = { ...proof, state: 'running' as const }
  const { knob, placebo, conclusion } = judgeProof(running)
  expect([knob.verdict, placebo.verdict]).toEqual(['inconclusive', 'inconclusive'])
  expect(knob.statistics.effect).toBeCloseTo(-0.5, 1)
  expect(conclusion).toBe('The proof is not over: 12 of 12 pairs measured. The verdict comes with its end.')
})

test('what a proof cannot see is counted in the singular and in the plural', () => {
  const seen = (changes: Partial<Proof>): string[] =>
    judgeProof({ ...prove({ seed: 1, factor: 1 }), ...changes }).cannotSee.filter(line => /pause|pair/.test(line))
  expect(seen({ pauses: [{ from: 1, to: 2 }] })).toContain('the time of 1 pause')
  expect(seen({ pauses: [1, 2].map(from => ({ from, to: 3 })) })).toContain('the time of 2 pauses')
  const dropped = prove({ seed: 1, factor: 1 }).pairs.map((pair, at) =>
    at === 0 ? { ...pair, state: 'dropped' as const } : pair,
  )
  expect(seen({ pairs: dropped })).toContain('1 pair that was interrupted and not compared')
})
