import type { Bin } from './measures.ts'

const SIZE = 360
const LEFT = 52
const TOP = 20
const INK = '#334155'

/** A reliability diagram as SVG: how often a crossing followed each forecast probability; dots as large as their share. */
export function plotReliability(bins: readonly Bin[]): string {
  const x = (share: number): string => (LEFT + share * SIZE).toFixed(1)
  const y = (share: number): string => (TOP + (1 - share) * SIZE).toFixed(1)
  const ticks = [0, 0.2, 0.4, 0.6, 0.8, 1].flatMap(tick => [
    `<line x1="${x(tick)}" y1="${y(0)}" x2="${x(tick)}" y2="${y(1)}" stroke="#e2e8f0"/>`,
    `<line x1="${x(0)}" y1="${y(tick)}" x2="${x(1)}" y2="${y(tick)}" stroke="#e2e8f0"/>`,
    `<text x="${x(tick)}" y="${TOP + SIZE + 18}" text-anchor="middle">${tick}</text>`,
    `<text x="${LEFT - 8}" y="${Number(y(tick)) + 4}" text-anchor="end">${tick}</text>`,
  ])
  const points = bins.map(({ meanProbability, frequency }) => `${x(meanProbability)},${y(frequency)}`).join(' ')
  const dots = bins.map(
    ({ meanProbability, frequency, share }) =>
      `<circle cx="${x(meanProbability)}" cy="${y(frequency)}" r="${(3 + 12 * Math.sqrt(share)).toFixed(1)}" fill="#2563eb" fill-opacity="0.7"><title>${(share * 100).toFixed(1)} % of the forecasts: said ${meanProbability.toFixed(3)}, happened ${frequency.toFixed(3)}</title></circle>`,
  )
  const middle = LEFT + SIZE / 2
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${LEFT + SIZE + 20}" height="${TOP + SIZE + 48}" font-family="sans-serif" font-size="12" fill="${INK}">
<rect width="100%" height="100%" fill="#ffffff"/>
${ticks.join('\n')}
<line x1="${x(0)}" y1="${y(0)}" x2="${x(1)}" y2="${y(1)}" stroke="#94a3b8" stroke-dasharray="4 4"/>
<polyline points="${points}" fill="none" stroke="#2563eb" stroke-width="1.5"/>
${dots.join('\n')}
<text x="${middle}" y="${TOP + SIZE + 38}" text-anchor="middle">probability that was said</text>
<text x="14" y="${TOP + SIZE / 2}" text-anchor="middle" transform="rotate(-90 14 ${TOP + SIZE / 2})">share that crossed</text>
</svg>
`
}
