import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { advanceProof, armsOf, beginProof, proofPage, recordOf, type ProofTerms } from '@homeostat/lab/prove'
import { expect, test } from 'vitest'
import { startBrowser } from '../browser.ts'
import { findingsIn } from './axe-findings.ts'

const terms: ProofTerms = {
  knob: 'http.compression',
  from: 2,
  to: 4,
  expr: 'histogram_quantile(0.99, sum by (le) (rate(http_server_request_duration_seconds_bucket[30s])))',
  direction: 'down',
  worth: 0.1,
  harm: 0.05,
  pairs: 8,
  blockMs: 60_000,
  carryOverMs: 35_000,
  isCarryOverDeclared: false,
  seed: 1,
}

/** The report of a proof that ran to its end. */
function report(): string {
  let now = Date.UTC(2026, 0, 1)
  let proof = beginProof(terms, now)
  while (proof.state === 'running') {
    now += 5000
    const value = (armsOf(proof).knob === 'act' ? 0.08 : 0.1) * (1 + (now % 7) / 100)
    proof = advanceProof(proof, { type: 'tick', value, isSet: true }, now)
  }
  return proofPage(recordOf(proof))
}

test.each([
  ['light', 1200],
  ['dark', 1200],
  ['light', 360],
  ['dark', 360],
] as const)(
  'the report of a proof has no serious finding of axe, %s and %d pixels wide',
  async (colorScheme, width) => {
    const folder = mkdtempSync(join(tmpdir(), 'homeostat-report-'))
    const file = join(folder, 'report.html')
    writeFileSync(file, report())
    await using browser = await startBrowser({ colorScheme, viewport: { width, height: 900 } })
    const tab = await browser.context.newPage()
    const asked: string[] = []
    tab.on('request', request => void asked.push(request.url()))
    await tab.goto(pathToFileURL(file).href)
    await tab.getByText('All pairs').click()
    expect(await findingsIn(tab)).toEqual([])
    expect(await tab.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width)
    expect(asked).toEqual([pathToFileURL(file).href])
    rmSync(folder, { recursive: true })
  },
)
