import type { Coordinator, CoordinatorCandidate } from '../words/coordinator.ts'
import { chooseServer, type ServerChoice, type ServerEngine } from '../words/server-candidate.ts'

/** The coordinator that the fleet uses, or why there is none. */
export type CoordinatorChoice = ServerChoice<Coordinator>

/**
 * Chooses the server to coordinate through: one of the first engine that the application uses.
 *
 * All processes have to choose the same one: with two coordinators, nothing is coordinated. So it chooses none among several servers
 * of one engine, and the option `coordinator` has to name one.
 *
 * @param engines - what may be chosen, the preferred one first
 */
export function chooseCoordinator(
  candidates: readonly CoordinatorCandidate[],
  engines: readonly ServerEngine[],
): CoordinatorChoice {
  return chooseServer(candidates, engines, 'coordinates')
}
