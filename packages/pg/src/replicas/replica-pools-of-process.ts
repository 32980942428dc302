import type { ReplicaRouting } from './replica-routing.ts'

const KEY = Symbol.for('homeostat.pg.replica-pools')

/** The routed pools of the process, of every copy of this package. */
export function knownReplicaPools(): Set<ReplicaRouting> {
  const holder = globalThis as { [KEY]?: Set<ReplicaRouting> }
  return (holder[KEY] ??= new Set())
}
