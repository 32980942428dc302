import { expect, test } from 'vitest'
import { advanceProof, progressLine, proofLines, proofPage, recordOf } from '../../src/prove/index.ts'
import { prove, START } from './plant-proof.ts'

const record = recordOf(prove({ seed: 2, factor: 0.8 }))

test('the page stands alone: no script, nothing to load, a language, a title, headings and captions', () => {
  const page = proofPage(record)
  expect(page).not.toMatch(/<script|\son\w+=|https?:|url\(|@import|<link|<img/)
  expect(page).toMatch(/<html lang="en">/)
  expect(page).toContain('<title>Proof of plant.valve</title>')
  expect(page.match(/<h1>/g)).toHaveLength(1)
  expect(page).toMatch(/<svg [^>]*role="img" aria-label="Medians of 12 pairs/)
  expect(page).toContain('prefers-color-scheme:dark')
  expect(page).toContain('<caption>')
})

test('verdicts, interval, arms, seed and what it cannot see are on the page', () => {
  const page = proofPage(record)
  for (const text of ['effective', 'placebo', 'What it cannot see', '<dt>seed</dt><dd>2</dd>', 'pressure'])
    expect(page).toContain(text)
  expect(page.match(/<tr><th scope="row">\d+<\/th>/g)).toHaveLength(12)
})

test('a name with markup stays a text', () => {
  const terms = { ...record.terms, knob: '<b onload="x">', expr: "a{b='</dd><script>'}" }
  const page = proofPage({ ...record, terms })
  expect(page).not.toContain('<b onload')
  expect(page).not.toContain('<script>')
  expect(page).toContain('&lt;b onload=&quot;x&quot;&gt;')
})

test('the record has the raw values, and survives JSON', () => {
  expect(JSON.parse(JSON.stringify(record))).toEqual(record)
  expect(record.pairs).toHaveLength(12)
  expect(record.pairs[0]!.values).toEqual([10, 10])
  expect(record.proof.pairs[0]!.blocks[0]!.samples.length).toBe(11)
})

test('lines for a terminal have the conclusion first', () => {
  const lines = proofLines(record)
  expect(lines[0]).toMatch(/effective\.$/)
  expect(lines.join('\n')).toMatch(/\nplacebo +(no_effect|inconclusive): /)
})

test('an early end is reported, and a proof without pairs has a page', () => {
  const proof = advanceProof(
    { ...prove({ seed: 1, factor: 1 }), state: 'running', pairs: [] },
    { type: 'end', why: 'guard', detail: 'a guard was breached: p99 <' },
    START,
  )
  expect(proofLines(recordOf(proof))[1]).toBe('It ended early: a guard was breached: p99 <.')
  expect(proofPage(recordOf(proof))).toContain('p99 &lt;')
})

test('progress names pair, block, arms and the time that is left', () => {
  const proof = { ...prove({ seed: 1, factor: 1 }), state: 'running' as const }
  const [first, ...rest] = proof.pairs
  const open = { ...proof, pairs: [{ ...first!, state: 'open' as const, blocks: first!.blocks.slice(0, 1) }] }
  expect(rest).toHaveLength(11)
  expect(progressLine(open, first!.blocks[0]!.from + 30_000)).toMatch(
    /^pair 1 of 12, block 1 of 2: knob (on|off), placebo (on|off); 23m30s left$/,
  )
})
