import type { Domain } from '@homeostat/optimizer'
import type { ServerCandidate } from '@homeostat/optimizer/engines'
import type { Faults } from '@homeostat/signals'
import type { DomainWithMode } from './domains.ts'

/**
 * The servers of one engine that the application uses. A domain that fails when it is asked is counted among our errors and
 * hides no other.
 *
 * @param engine - the name of the engine
 * @param ask - asks a domain for its servers
 */
export function serversInUse<T>(
  domains: readonly DomainWithMode[],
  engine: string,
  faults: Faults,
  ask: (domain: Domain) => readonly ServerCandidate<T>[] | undefined,
): ServerCandidate<T>[] {
  return domains.flatMap(([domain]) => {
    // By itself, so that the rejection of an async function is counted as well.
    const asked = faults.contain('source', () => ask(domain))
    return faults.contain('source', () => (asked ?? []).filter(candidate => candidate.engine === engine)) ?? []
  })
}
