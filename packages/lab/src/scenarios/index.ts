export { describeScenarios, type AsyncTestRunner } from './describe-scenarios.ts'
export { EVENT_FIELDS, type EventKind, type EventPattern, type Expected, type ScenarioEvent } from './expected.ts'
export { Plant, type PlantOptions } from './plant.ts'
export type { PlantActionSpec, PlantEffect, PlantSeries, PlantSpec, TimeSpan } from './plant-spec.ts'
export { createNoise, createRandom, gaussian } from '@homeostat/signals/random'
export { runScenario } from './run-scenario.ts'
export {
  parseScenarios,
  SCENARIO_FIELD,
  scenarioCases,
  type ParsedScenarios,
  type ScenarioCase,
  type ScenarioCaseOptions,
} from './scenario-cases.ts'
export type { Scenario } from './scenario.ts'
export { ScenarioFailure } from './scenario-failure.ts'
