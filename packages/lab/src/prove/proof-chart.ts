import type { MeasuredPair, ProofRecord } from './proof-record.ts'
import { escaped } from './escaped.ts'

const WIDTH = 720
const HEIGHT = 240
const EDGE = { left: 64, right: 16, top: 12, bottom: 28 }

/** The medians of both blocks of each pair, joined by a line: down where the knob lowers the measure. */
export function pairsChart({ pairs, terms }: ProofRecord): string {
  const shown = pairs.filter(
    (pair): pair is MeasuredPair & { act: number; control: number } =>
      pair.act !== undefined && pair.control !== undefined,
  )
  if (shown.length === 0) return ''
  const values = shown.flatMap(({ act, control }) => [act, control])
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const spread = high - low || Math.abs(high) || 1
  const [from, to] = [low - 0.08 * spread, high + 0.08 * spread]
  const x = (index: number): number =>
    round(EDGE.left + ((index + 0.5) / shown.length) * (WIDTH - EDGE.left - EDGE.right))
  const y = (value: number): number =>
    round(HEIGHT - EDGE.bottom - ((value - from) / (to - from)) * (HEIGHT - EDGE.top - EDGE.bottom))
  const dots = shown.map(({ act, control, place }, index) => {
    const at = x(index)
    const name = `pair ${place + 1}: ${short(control)} at ${terms.from}, ${short(act)} at ${terms.to}`
    return `<g><title>${escaped(name)}</title><line x1="${at}" x2="${at}" y1="${y(control)}" y2="${y(act)}" class="link"/><circle cx="${at}" cy="${y(control)}" r="5" class="control"/><rect x="${at - 5}" y="${y(act) - 5}" width="10" height="10" class="act"/></g>`
  })
  const ticks = [0, 0.5, 1].map(share => {
    const value = low + share * (high - low)
    return `<text x="${EDGE.left - 8}" y="${y(value) + 4}" text-anchor="end">${short(value)}</text><line x1="${EDGE.left}" x2="${WIDTH - EDGE.right}" y1="${y(value)}" y2="${y(value)}" class="grid"/>`
  })
  const label = `Medians of ${shown.length} pairs of blocks, in the order of time. The table below has the same numbers.`
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escaped(label)}">`,
    ...ticks,
    ...dots,
    `<text x="${EDGE.left}" y="${HEIGHT - 8}">pair 1</text><text x="${WIDTH - EDGE.right}" y="${HEIGHT - 8}" text-anchor="end">pair ${shown.length}</text>`,
    '</svg>',
  ].join('')
}

/** Three significant digits. */
export function short(value: number): string {
  return String(+value.toPrecision(3))
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
