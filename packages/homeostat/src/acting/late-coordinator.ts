import type { Coordinator, CoordinatorCandidate } from '@homeostat/optimizer'
import { chooseCoordinator, CoordinatorUnavailableError, type ServerEngine } from '@homeostat/optimizer/engines'

const UNCHOSEN = 'the automatic choice'

/**
 * A coordinator on a server that the application uses, found when it is first asked: the clients are made after Homeostat.
 * It has no name until a client is found. Until one is chosen, the process counts as one without others, and every call
 * rejects like one to a server that cannot be reached.
 *
 * @param engine - the kind of server that may be chosen
 */
export function createLateCoordinator(
  candidates: () => readonly CoordinatorCandidate[],
  engine: ServerEngine,
): Coordinator {
  let found: Coordinator | undefined
  const coordinator = async (): Promise<Coordinator> => {
    if (found) return found
    const choice = chooseCoordinator(candidates(), [engine])
    if ('none' in choice) throw new CoordinatorUnavailableError(UNCHOSEN, choice.none)
    found = choice.candidate.create()
    return found
  }
  return {
    get name() {
      return found?.name ?? (candidates().length > 0 ? UNCHOSEN : undefined)
    },
    acquire: async (...args) => (await coordinator()).acquire(...args),
    renew: async (...args) => (await coordinator()).renew(...args),
    release: async (...args) => (await coordinator()).release(...args),
    isCurrent: async (...args) => (await coordinator()).isCurrent(...args),
    record: async (...args) => (await coordinator()).record(...args),
    settle: async (...args) => (await coordinator()).settle(...args),
    orphans: async (...args) => (await coordinator()).orphans(...args),
    beat: async (...args) => (await coordinator()).beat(...args),
    leave: async (...args) => (await coordinator()).leave(...args),
    takeSlot: async (...args) => (await coordinator()).takeSlot(...args),
    freeSlot: async (...args) => (await coordinator()).freeSlot(...args),
    [Symbol.asyncDispose]: async () => found?.[Symbol.asyncDispose](),
  }
}
