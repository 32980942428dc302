import { Arena } from './arena.ts'
import type { Shape } from './experience.ts'
import { Experience } from './experience.ts'
import { describeInputs } from './features/inputs.ts'
import { Learned } from './features/learned.ts'
import { Moment } from './features/moment.ts'
import { Names, Rows } from './features/rows.ts'
import { CELLS, TABLES } from './features/tables.ts'
import { Traits } from './features/traits.ts'
import type { Reason } from './reason.ts'
import { SeriesHistory } from './series-history.ts'

/** One moment of one limit and horizon in numbers; written over and over, so that nothing is allocated. */
export class Situation {
  readonly moment: Moment = new Moment()
  readonly learned: Learned = new Learned()
  /** What the trees ask about, all of it free of units. */
  readonly features: Rows
  /** What the regression weighs. */
  readonly inputs: Rows

  constructor(features: Rows = new Rows(FEATURES.length), inputs: Rows = new Rows(INPUTS.length)) {
    this.features = features
    this.inputs = inputs
  }

  /** Describes the history's last sample as seen from a limit and horizon. */
  look(history: SeriesHistory, experience: Experience, traits: Traits): void {
    const { moment, learned, features, inputs } = this
    features.at = 0
    inputs.at = 0
    moment.look(features, history, experience)
    learned.look(moment, history, experience)
    describeInputs(inputs, moment, learned, history, experience)
    learned.ask(features, inputs.values, history, experience)
    traits.describe(features)
  }
}

/** One that nothing is known of: its rows have all names. */
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
/** For experiences. */
export const SHAPE: Shape = { inputs: INPUTS.length, tables: TABLES.length, cells: CELLS }
