// Asks the shipped weights for a probability.
import { create } from '@homeostat/forecast'

const MINUTE_MS = 60_000
const cpu = create({
  kind: 'cpu',
  unit: 'ratio',
  intervalMs: MINUTE_MS,
  thresholds: [0.7],
  horizonsMs: [15 * MINUTE_MS],
})
for (let minute = 0; minute < 120; minute++) cpu.observe(minute * MINUTE_MS, 0.3 + 0.003 * minute)
console.log(cpu.probability(0.7, 15 * MINUTE_MS))
