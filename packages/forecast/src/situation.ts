import { Arena } from './learning/arena.ts'
import type { Shape } from './experience.ts'
import { Experience } from './experience.ts'
import { describeInputs } from './features/inputs.ts'
import { Learned } from './features/learned.ts'
import { Aspects } from './features/aspects.ts'
import { Names, Rows } from './features/rows.ts'
import { CELLS, TABLES } from './features/tables.ts'
import { Traits } from './features/traits.ts'
import type { Reason } from './explanation/reason.ts'
import { SeriesHistory } from './series-history.ts'

/** One moment of one limit and horizon in numbers; written over and over, so that nothing is allocated. */
export class Situation {
  readonly aspects: Aspects = new Aspects()
  readonly learned: Learned = new Learned()
  /** The features that the trees ask about, all of them free of units. */
  readonly features: Rows
  /** The inputs of the online regression. */
  readonly inputs: Rows

  constructor(features: Rows = new Rows(FEATURES.length), inputs: Rows = new Rows(INPUTS.length)) {
    this.features = features
    this.inputs = inputs
  }

  /** Describes the history's last sample relative to a limit and horizon. */
  look(history: SeriesHistory, experience: Experience, traits: Traits): void {
    const { aspects, learned, features, inputs } = this
    features.at = 0
    inputs.at = 0
    aspects.look(features, history, experience)
    learned.look(aspects, history, experience)
    describeInputs(inputs, aspects, learned, history, experience)
    learned.ask(features, inputs.values, history, experience)
    traits.describe(features)
  }
}

/** The names of all rows, from a situation of an empty history. */
function nothingKnown(): { features: Names; inputs: Names } {
  const history = new SeriesHistory(1, 1)
  const shape: Shape = { inputs: 0, tables: TABLES.length, cells: CELLS }
  const experience = new Experience(1, 1, history, [], shape, new Arena(Experience.bytes(1, 1, shape)))
  const features = new Names(0)
  const inputs = new Names(0)
  const situation = new Situation(features, inputs)
  situation.look(history, experience, new Traits('', '', 1, 1))
  return { features, inputs }
}

const { features, inputs } = nothingKnown()

/** Names of the features, in their order. */
export const FEATURES: readonly string[] = features.names
/** Names of the inputs and what an explanation calls them, in their order. */
export const INPUTS: readonly string[] = inputs.names
export const REASONS: readonly Reason[] = inputs.reasons
/** The sizes that an experience reserves memory for. */
export const SHAPE: Shape = { inputs: INPUTS.length, tables: TABLES.length, cells: CELLS }
