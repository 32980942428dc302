// node training/explore.ts DATA_DIR [trees] [depth] [rate] [lambda]
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { FEATURE_COUNT, FEATURES } from '../src/situation.ts'
import { binFeatures, boost, predict } from './boosting.ts'
import { addSeries, emptyRows } from './rows.ts'
import { scoresOf } from './scores.ts'
import { foldsOf, readSeries } from './series.ts'

const [folder = '', trees = '100', depth = '6', rate = '0.08', lambda = '30'] = process.argv.slice(2)
const t0 = performance.now()
const say = (text: string): void => console.error(`${((performance.now() - t0) / 1000).toFixed(1)}s ${text}`)
const series = readSeries(folder)
const folds = foldsOf(series, 5)
const rows = emptyRows(1_300_000)
let task = 0
series.forEach((one, i) => {
  addSeries(rows, one, task, folds[i]!, process.env.OTHERS === '1')
  task += one.thresholds.length
})
say(`${rows.count} rows of ${FEATURE_COUNT} features, ${task} tasks`)
for (let i = 0; i < rows.count * FEATURE_COUNT; i++) if (!Number.isFinite(rows.features[i]!)) throw new Error(`${FEATURES[i % FEATURE_COUNT]} is ${rows.features[i]}`)
const sig = (z: number): number => 1 / (1 + Math.exp(-z))
const by = (name: string): Float64Array => {
  const f = FEATURES.indexOf(name as 'age')
  return Float64Array.from({ length: rows.count }, (_, i) => sig(rows.features[i * FEATURE_COUNT + f]!))
}
const show = (name: string, p: Float64Array): void =>
  console.log(name.padEnd(12), Object.entries(scoresOf(rows, p)).map(([k, v]) => `${k}=${v.toFixed(3)}`).join(' '))
for (const name of ['tableLevel', 'tableSince', 'tableDay', 'tableHour', 'tablePeak', 'tableFine', 'tail', 'online', 'baseRate', 'recentRate']) show(name, by(name))
if (+trees === 0) process.exit()
const binned = binFeatures(rows.features, rows.count, FEATURE_COUNT)
say('binned')
const p = new Float64Array(rows.count)
const uses = new Map<string, number>()
for (let fold = 0; fold < 5; fold++) {
  const own = Uint32Array.from(Array.from({ length: rows.count }, (_, i) => i).filter(i => rows.fold[i] !== fold))
  const forest = boost({ binned, rows: own, outcome: rows.outcome, weight: rows.weight }, { trees: +trees, depth: +depth, rate: +rate, lambda: +lambda, rowShare: 0.4, featureShare: 0.4, seed: fold + 1 })
  forest.features.forEach(f => uses.set(FEATURES[f]!, (uses.get(FEATURES[f]!) ?? 0) + 1))
  for (let i = 0; i < rows.count; i++) if (rows.fold[i] === fold) p[i] = sig(predict(forest, rows.features, FEATURE_COUNT, i))
  say(`fold ${fold}`)
}
show('forest', p)
console.log([...uses].toSorted((a, b) => b[1] - a[1]).map(([k, v]) => `${k}:${v}`).join(' '))
