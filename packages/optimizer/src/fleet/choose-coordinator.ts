import { chooseServer, type ServerCandidate, type ServerChoice } from './server-candidate.ts'
import type { Coordinator } from './coordinator.ts'

/** A server that the application uses and that its processes could coordinate through. */
export type CoordinatorCandidate = ServerCandidate<Coordinator>

export type CoordinatorChoice = ServerChoice<Coordinator>

/**
 * The server to coordinate through: the application's Redis, else its Postgres.
 *
 * All processes have to choose the same one, for two coordinators are none. So several servers of one engine are no choice
 * at all: somebody has to say which.
 */
export function chooseCoordinator(candidates: readonly CoordinatorCandidate[]): CoordinatorChoice {
  return chooseServer(candidates, 'coordinates')
}
