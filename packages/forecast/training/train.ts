// npm run train -- DATA_DIR [--trees N]: learns the weights in src/weights.json and the models of the folds.
import { writeFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Forest } from '../src/learning/forest.ts'
import type { Model, ModelData } from '../src/model.ts'
import { encodeModel } from '../src/model.ts'
import { FEATURES, INPUTS } from '../src/situation.ts'
import { binFeatures, boost } from './boosting.ts'
import { fitStart } from './prior.ts'
import { addWarm, addYoung, emptyRows } from './rows.ts'
import { foldsOf, readSeries } from './series.ts'

const FOLDS = 5
const CAPACITY = 1_000_000

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    trees: { type: 'string', default: '120' },
  },
})
const [folder] = positionals
if (folder === undefined) {
  console.error('usage: npm run train -- DATA_DIR [--trees N]')
  process.exit(2)
}

const started = performance.now()
const say = (text: string): void => console.error(`${((performance.now() - started) / 1000).toFixed(0)} s: ${text}`)

const NO_FOREST: Forest = {
  depth: 1,
  features: new Uint8Array(),
  thresholds: new Float32Array(),
  leaves: new Float32Array(),
}
const untrained: Model = { start: new Array<number>(INPUTS.length).fill(0), forest: NO_FOREST }

// npm changes to the package's folder; the path is meant from where it was typed.
const series = readSeries(resolve(process.env['INIT_CWD'] ?? '.', folder))
const folds = foldsOf(series, FOLDS)
const tasks = series.flatMap((one, i) =>
  one.thresholds.map(({ value }) => ({ series: one, limit: value, fold: folds[i]! })),
)
say(`${series.length} series, ${tasks.length} tasks, ${new Set(folds).size} folds of whole machines`)

// Where the regression begins. What it is given does not depend on it, so that it can be fitted first.
const young = emptyRows(CAPACITY, 'inputs')
for (const task of tasks) addYoung(young, task, untrained)
const starts = Array.from({ length: FOLDS }, (_, fold) => fitStart(young, row => young.fold[row] !== fold))
const shippedStart = fitStart(young, () => true)
say(`start fitted on ${young.count} rows: ${shippedStart.join(' ')}`)

// Rows of a series come from a regression whose start has not seen its fold.
const rows = emptyRows(CAPACITY, 'features')
for (const task of tasks) {
  const model = { ...untrained, start: starts[task.fold]! }
  addWarm(rows, task, model)
  addYoung(rows, task, model)
}
say(`${rows.count} rows of ${FEATURES.length} features`)
const binned = binFeatures(rows.features, rows.count, FEATURES.length)
const online = FEATURES.indexOf('online')
const startOdds = Float32Array.from({ length: rows.count }, (_, row) => rows.features[row * FEATURES.length + online]!)

/** A model of all rows that are not in a fold. */
function train(start: readonly number[], without: number): ModelData {
  const own = Uint32Array.from(
    Array.from({ length: rows.count }, (_, row) => row).filter(row => rows.fold[row] !== without),
  )
  const forest = boost(
    { binned, rows: own, outcome: rows.outcome, weight: rows.weight, start: startOdds },
    {
      trees: Number(options.trees),
      depth: 6,
      rate: 0.08,
      lambda: 50,
      rowShare: 0.3,
      featureShare: 0.4,
      seed: without + 2,
    },
  )
  return encodeModel({ start, forest })
}

const models: ModelData[] = []
for (let fold = 0; fold < FOLDS; fold++) {
  models.push(train(starts[fold]!, fold))
  say(`fold ${fold} of ${FOLDS}`)
}

const foldOf = Object.fromEntries(series.map(({ id }, i) => [id, folds[i]]))
writeFileSync(new URL('fold-models.json', import.meta.url), JSON.stringify({ foldOf, models }) + '\n')
const shipped = train(shippedStart, -1)
writeFileSync(new URL('../src/weights.json', import.meta.url), textOf(shipped))
say(`shipped model written`)

/** A line per entry. */
function textOf(model: ModelData): string {
  const lines = Object.entries(model).map(([name, value]) => `  ${JSON.stringify(name)}: ${JSON.stringify(value)}`)
  return `{\n${lines.join(',\n')}\n}\n`
}
