import type { Experience } from '../experience.ts'
import type { SeriesHistory } from '../series-history.ts'
import { Episodes } from './episodes.ts'
import { Level } from './level.ts'
import { Movement } from './movement.ts'
import { Recurrence } from './recurrence.ts'
import type { Rows } from './rows.ts'

/** Four aspects of the last sample, relative to a limit and horizon. */
export class Aspects {
  readonly level: Level = new Level()
  readonly movement: Movement = new Movement()
  readonly episodes: Episodes = new Episodes()
  readonly recurrence: Recurrence = new Recurrence()

  look(features: Rows, history: SeriesHistory, experience: Experience): void {
    this.level.look(features, history, experience)
    this.movement.look(features, this.level, history, experience)
    this.episodes.look(features, history, experience)
    this.recurrence.look(features, this.level, history, experience)
  }
}
