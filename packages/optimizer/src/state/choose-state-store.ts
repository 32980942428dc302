import { chooseServer, type ServerChoice } from '../words/server-candidate.ts'
import type { StateStore, StateStoreCandidate } from '../words/state-store.ts'

/** The server that keeps state, or why there is none. */
export type StateStoreChoice = ServerChoice<StateStore>

/**
 * The server to keep state at: the application's Redis, else its Postgres. Among several servers of one engine it chooses none: what one
 * life of a process saved, the next one has to find.
 */
export function chooseStateStore(candidates: readonly StateStoreCandidate[]): StateStoreChoice {
  return chooseServer(candidates, 'keeps state')
}
