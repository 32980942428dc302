import type { ChaosRun } from './chaos-run.ts'
import { run as backtest } from './runs/backtest.ts'
import { run as bullmq } from './runs/bullmq.ts'
import { run as cost } from './runs/cost.ts'
import { run as designs } from './runs/designs.ts'
import { run as discoveries } from './runs/discoveries.ts'
import { run as fleet } from './runs/fleet.ts'
import { run as flapping } from './runs/flapping.ts'
import { run as guards } from './runs/guards.ts'
import { run as harm } from './runs/harm.ts'
import { run as http } from './runs/http.ts'
import { run as indexes } from './runs/indexes.ts'
import { run as judgeCost } from './runs/judge-cost.ts'
import { run as kill } from './runs/kill.ts'
import { run as life } from './runs/life.ts'
import { run as loopModel } from './runs/loop-model.ts'
import { run as model } from './runs/model.ts'
import { run as palliative } from './runs/palliative.ts'
import { run as prevention } from './runs/prevention.ts'
import { run as races } from './runs/races.ts'
import { run as replicas } from './runs/replicas.ts'
import { run as resize } from './runs/resize.ts'
import { run as scaling } from './runs/scaling.ts'
import { run as services } from './runs/services.ts'
import { run as soak } from './runs/soak.ts'
import { run as undo } from './runs/undo.ts'
import { run as verdicts } from './runs/verdicts.ts'

/** All runs, in the order of the report. */
export const runs: readonly ChaosRun[] = [
  verdicts,
  services,
  life,
  discoveries,
  judgeCost,
  designs,
  palliative,
  guards,
  harm,
  flapping,
  model,
  loopModel,
  kill,
  races,
  undo,
  fleet,
  cost,
  backtest,
  resize,
  bullmq,
  http,
  scaling,
  replicas,
  indexes,
  prevention,
  soak,
]
