import type { ServerCandidate } from './server-candidate.ts'

/** A place where small pieces of state outlive the process: one text a key, for one service. */
export interface StateStore extends AsyncDisposable {
  /** For people, e.g. `redis db-1:6379/0`; no credentials. */
  readonly name: string
  /**
   * Undefined if nothing was written.
   *
   * @throws StateStoreUnavailableError - there was no answer, in bounded time
   * @throws StateTooLargeError - what is there is nothing that a store has written
   */
  read(key: string): Promise<string | undefined>
  /**
   * Takes the place of what was there as a whole: nobody reads a half.
   *
   * @param text - at most {@link MAX_STATE_BYTES}, without U+0000, e.g. JSON
   * @throws StateStoreUnavailableError - there was no answer, in bounded time; whether it was written is not known
   * @throws StateTooLargeError - nothing was written
   */
  write(key: string, text: string): Promise<void>
}

/** A server that the application uses and that could keep state. */
export type StateStoreCandidate = ServerCandidate<StateStore>
