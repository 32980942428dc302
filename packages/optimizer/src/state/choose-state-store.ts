import { chooseServer, type ServerChoice, type ServerEngine } from '../words/server-candidate.ts'
import type { StateStore, StateStoreCandidate } from '../words/state-store.ts'

/** The server that keeps state, or why there is none. */
export type StateStoreChoice = ServerChoice<StateStore>

/**
 * Chooses the server to keep state at: one of the first engine that the application uses. Among several servers of one engine it
 * chooses none: what one life of a process saved, the next one has to find.
 *
 * @param engines - what may be chosen, the preferred one first
 */
export function chooseStateStore(
  candidates: readonly StateStoreCandidate[],
  engines: readonly ServerEngine[],
): StateStoreChoice {
  return chooseServer(candidates, engines, 'keeps state')
}
