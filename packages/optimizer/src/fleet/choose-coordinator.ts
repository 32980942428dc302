import type { Coordinator, CoordinatorCandidate } from '../words/coordinator.ts'
import { chooseServer, type ServerChoice } from '../words/server-candidate.ts'

/** The coordinator that the fleet uses, or why there is none. */
export type CoordinatorChoice = ServerChoice<Coordinator>

/**
 * The server to coordinate through: the application's Redis, else its Postgres.
 *
 * All processes have to choose the same one: with two coordinators, nothing is coordinated. So several servers of one engine
 * are no choice, and the option `coordinator` has to name one.
 */
export function chooseCoordinator(candidates: readonly CoordinatorCandidate[]): CoordinatorChoice {
  return chooseServer(candidates, 'coordinates')
}
