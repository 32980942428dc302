import { CoordinatorUnavailableError, LeaseLostError } from '@homeostat/optimizer/engines'
import { MemoryServer } from '../../../../packages/optimizer/test/memory-server.ts'
import type { UndoPlace } from './place.ts'

/** A value in memory that stands for one in the process, on the host, or shared by a fleet. */
export function memoryPlaces(original: number): readonly (() => UndoPlace)[] {
  return [
    () => local('local', 'memory', original),
    () => local('host', 'outside', original),
    () => shared('fleet, under the lease', true, original),
    () => shared('fleet, without looking at the lease', false, original),
  ]
}

function local(name: string, keptIn: 'memory' | 'outside', original: number): UndoPlace {
  let value = original
  return {
    name,
    scope: 'process',
    keptIn,
    read: async () => value,
    compareAndSet: async (expected, next) => value === expected && ((value = next), true),
    write: async next => void (value = next),
    [Symbol.asyncDispose]: async () => {},
  }
}

function shared(name: string, looksAtLease: boolean, original: number): UndoPlace {
  const server = new MemoryServer({ CoordinatorUnavailableError, LeaseLostError })
  return {
    ...local(name, 'outside', original),
    scope: 'shared',
    ...(looksAtLease && lookingAtLease(server, original)),
    coordinator: call => server.coordinator(call),
    empty: async () => server.flush(),
    cut: isCut => void (server.isCut = isCut),
    replicate: () => server.copy().restore,
  }
}

/** As an effect in the coordinator's own engine: a look at the lease and the set are one step. */
function lookingAtLease(server: MemoryServer, original: number): Pick<UndoPlace, 'read' | 'compareAndSet' | 'write'> {
  let value = original
  return {
    read: async () => value,
    compareAndSet: async (expected, next, lease) => {
      if (lease && server.isCut) throw new CoordinatorUnavailableError('memory', 'no answer within 1000 ms')
      if (lease && !server.isHeld(lease)) throw new LeaseLostError(lease.key)
      return value === expected && ((value = next), true)
    },
    write: async next => void (value = next),
  }
}
