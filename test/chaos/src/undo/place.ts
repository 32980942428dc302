import type { Coordinator } from '@homeostat/optimizer'
import type { FleetLease } from '@homeostat/optimizer/engines'

/** Somewhere that one value lives, and what can happen to the server beside it. */
export interface UndoPlace extends AsyncDisposable {
  readonly name: string
  readonly scope: 'process' | 'shared'
  readonly keptIn: 'memory' | 'outside'
  read(): Promise<number>
  /** One step, as of any knob. @throws what the coordinator's check of the lease throws */
  compareAndSet(expected: number, next: number, lease: FleetLease | undefined): Promise<boolean>
  /** A person's edit. */
  write(value: number): Promise<void>
  /** A coordinator of one process. Each of its calls goes through `call`, which a killed process never comes back from. */
  coordinator?(call: <T>(work: () => T | Promise<T>) => Promise<T>): Coordinator
  /** The server loses what it keeps for us. */
  empty?(): Promise<void>
  /** The server cannot be reached, and can again. */
  cut?(isCut: boolean): void
  /** What a replica has now; to be called when it takes over. */
  replicate?(): () => void
}
