import { percentChange } from '@homeostat/optimizer/judge'
import { escaped } from './escaped.ts'
import { pairsChart, short } from './proof-chart.ts'
import { duration } from './proof-text.ts'
import type { ProofRecord } from './proof-record.ts'
import type { PairedJudgement } from './proof.ts'

/** One page without scripts, dark or light as the reader's system is. It loads nothing. */
export function proofPage(record: ProofRecord): string {
  const { terms, judgement, pairs, proof } = record
  const { knob, placebo, isCredible, conclusion, cannotSee } = judgement
  const tone = !isCredible || knob.verdict === 'harmful' ? 'bad' : knob.verdict === 'effective' ? 'good' : 'plain'
  const isEarly = proof.ending !== undefined && proof.ending.why !== 'completed'
  const chart = pairsChart(record)
  return [
    '<!doctype html><html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<title>Proof of ${escaped(terms.knob)}</title><style>${STYLE}</style></head><body><main>`,
    `<h1>Proof of <code>${escaped(terms.knob)}</code></h1>`,
    `<p class="conclusion ${tone}">${escaped(conclusion)}</p>`,
    isEarly ? `<p>It ended early: ${escaped(proof.ending.detail)}.</p>` : '',
    '<section aria-labelledby="verdicts"><h2 id="verdicts">Verdicts</h2><div class="scroll" tabindex="0" role="region" aria-label="verdicts"><table>',
    '<thead><tr><th scope="col">what</th><th scope="col">verdict</th><th scope="col">effect</th><th scope="col">interval</th><th scope="col">p better</th><th scope="col">p worse</th><th scope="col">pairs</th></tr></thead><tbody>',
    verdictRow(terms.knob, knob),
    verdictRow('placebo', placebo),
    '</tbody></table></div>',
    `<p>${escaped(knob.reason)}</p>`,
    `<p>The placebo is a knob that nothing reads. It was switched in the same blocks, in an order of its own. An effect of it would show that this measurement finds effects where there are none${isCredible && proof.state === 'over' ? '; it found none' : ''}. By chance alone that happens in 5 of 100 proofs at most.</p></section>`,
    chart === '' ? '' : '<section aria-labelledby="pairs"><h2 id="pairs">Pairs</h2>',
    chart === ''
      ? ''
      : `${chart}<p class="legend"><span class="dot control"></span> at ${escaped(String(terms.from))} <span class="dot act"></span> at ${escaped(String(terms.to))}. Each line joins the two blocks of a pair.</p>`,
    chart === '' ? '' : `${pairTable(record)}</section>`,
    `<section aria-labelledby="unseen"><h2 id="unseen">What it cannot see</h2><ul>${cannotSee.map(line => `<li>${escaped(line)}</li>`).join('')}</ul></section>`,
    `<section aria-labelledby="how"><h2 id="how">How it was measured</h2>${termList(record)}</section>`,
    `<footer>${pairs.length} of ${terms.pairs} pairs were compared. The JSON file beside this page holds every value and the seed.</footer>`,
    '</main></body></html>',
  ].join('\n')
}

function verdictRow(name: string, { verdict, statistics }: PairedJudgement): string {
  const { effect, interval, pBetter, pWorse, pairs } = statistics
  const cells = [
    effect === undefined ? '' : percentChange(effect),
    interval === undefined ? '' : `${percentChange(interval[0])} to ${percentChange(interval[1])}`,
    pBetter === undefined ? '' : short(pBetter),
    pWorse === undefined ? '' : short(pWorse),
    String(pairs),
  ]
  return `<tr><th scope="row">${escaped(name)}</th><td>${escaped(verdict.replace('_', ' '))}</td>${cells.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`
}

function pairTable({ pairs, terms }: ProofRecord): string {
  const rows = pairs.map(({ place, at, order, placebo, act, control, values }) => {
    const ratio = act !== undefined && control !== undefined && control > 0 ? percentChange(act / control - 1) : ''
    const cells = [time(at), order, placebo, shown(control, values[1]), shown(act, values[0]), ratio]
    return `<tr><th scope="row">${place + 1}</th>${cells.map(cell => `<td>${escaped(cell)}</td>`).join('')}</tr>`
  })
  return `<details><summary>All pairs</summary><div class="scroll" tabindex="0" role="region" aria-label="all pairs"><table><caption>Medians of the blocks, and how many values they are of</caption><thead><tr><th scope="col">pair</th><th scope="col">began (UTC)</th><th scope="col">order</th><th scope="col">placebo</th><th scope="col">at ${escaped(String(terms.from))}</th><th scope="col">at ${escaped(String(terms.to))}</th><th scope="col">change</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></details>`
}

function shown(value: number | undefined, count: number): string {
  return value === undefined ? 'no value' : `${short(value)} (${count})`
}

function termList({ terms, proof }: ProofRecord): string {
  const { expr, direction, worth, harm, blockMs, carryOverMs, pairs, seed, from, to } = terms
  const entries: [string, string][] = [
    ['measure', expr],
    ['better is', direction],
    ['values of the knob', `${from} and ${to}`],
    [
      'worth having',
      `${percentChange(direction === 'down' ? -worth : worth)} or better; harm from ${percentChange(direction === 'down' ? harm : -harm)} on`,
    ],
    [
      'design',
      `switchback: ${2 * pairs} blocks of ${duration(blockMs)}, the first ${duration(carryOverMs)} of each not measured; a fair coin drew the order in each pair`,
    ],
    [
      'test',
      'exact Wilcoxon signed-rank test over the orders that chance could have drawn, 0.025 per side; the looks for harm after each pair share another 0.025, so harm is found by chance in 5 of 100 proofs at most',
    ],
    ['seed', String(seed)],
    ['began', time(proof.startedAt)],
    ['ended', proof.ending === undefined ? 'not yet' : `${time(proof.ending.at)}, ${proof.ending.detail}`],
  ]
  return `<dl>${entries.map(([term, text]) => `<dt>${escaped(term)}</dt><dd>${escaped(text)}</dd>`).join('')}</dl>`
}

function time(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ')
}

const STYLE = `:root{color-scheme:light dark;--page:#f5f7f8;--panel:#fff;--text:#14202b;--muted:#566573;--line:#d5dce1;--act:#0f766e;--control:#b45309;--good:#1a7340;--bad:#b91c2c}
@media (prefers-color-scheme:dark){:root{--page:#0b1015;--panel:#121920;--text:#e6edf3;--muted:#9aa7b3;--line:#2b3640;--act:#2dd4bf;--control:#f0a04b;--good:#4ade80;--bad:#f87171}}
*{box-sizing:border-box}body{margin:0;background:var(--page);color:var(--text);font:16px/1.55 system-ui,sans-serif}main{max-width:820px;margin:0 auto;padding:24px 16px}
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.1rem;margin:0 0 8px}section{background:var(--panel);border:1px solid var(--line);border-radius:8px;padding:16px;margin:16px 0}
.conclusion{font-size:1.15rem;font-weight:600;border-left:5px solid var(--muted);padding:8px 12px;background:var(--panel)}.good{border-color:var(--good)}.bad{border-color:var(--bad)}
.scroll{overflow-x:auto}table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}th,td{text-align:left;padding:6px 10px;border-bottom:1px solid var(--line);white-space:nowrap}caption{text-align:left;color:var(--muted);padding:4px 0}
svg{width:100%;height:auto}svg text{fill:var(--muted);font:12px system-ui,sans-serif}.grid{stroke:var(--line)}.link{stroke:var(--muted);stroke-width:2}.control{fill:var(--control);background:var(--control)}.act{fill:var(--act);background:var(--act)}
.dot{display:inline-block;width:10px;height:10px}.dot.control{border-radius:50%}summary{cursor:pointer}dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 16px;margin:0}dt{color:var(--muted)}dd{margin:0;overflow-wrap:anywhere}footer{color:var(--muted)}
@media (max-width:520px){dl{grid-template-columns:1fr}}`
