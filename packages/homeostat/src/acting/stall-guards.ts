import type { KillSwitch, StallReceipt } from '@homeostat/optimizer'
import { lesserMode } from '@homeostat/optimizer/parts'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'

/** How the watchdog begins its answer to the kill switch; every other source is asked before it. */
const WATCHDOG = 'the watchdog:'

export interface StallGuardsContext {
  readonly domains: readonly DomainWithMode[]
  readonly modes: Modes
  readonly killSwitch: KillSwitch
  readonly onReceipt: (receipt: StallReceipt) => void
}

/**
 * Gives the stall guards of the domains their mode, and their receipts to the report. They are no actions of the loop. Where nothing
 * may act, they count.
 */
export function governStallGuards({ domains, modes, killSwitch, onReceipt }: StallGuardsContext): void {
  for (const [domain] of domains) {
    const guard = domain.stallGuard
    if (guard === undefined) continue
    const mode = modes.ofDomain(domain)
    guard.on(onReceipt)
    guard.govern(() => (mode === 'act' && isStopped(killSwitch) ? 'advise' : mode))
    killSwitch.onTrip(() => guard.recheck())
    killSwitch.onReset(() => guard.recheck())
  }
}

/**
 * Gives the reflexes of the domains their mode. The watchdog stops actions because the loop is held, and that is when load has to be
 * shed; everybody else who trips the kill switch stops them.
 */
export function governReflexes({ domains, modes, killSwitch }: Omit<StallGuardsContext, 'onReceipt'>): void {
  for (const [domain] of domains) {
    const mode = modes.ofDomain(domain)
    domain.reflex?.govern(() => (mode === 'act' && isStopped(killSwitch) ? 'advise' : mode))
  }
}

/**
 * Says when circuit breakers may refuse calls. An application that has set `http.breaker.enforce` has asked for it itself, so the mode `advise`,
 * which is the default, is enough. A lesser mode, a lesser `maxMode` and the kill switch say no.
 */
export function governServiceGuards({ domains, modes, killSwitch }: Omit<StallGuardsContext, 'onReceipt'>): void {
  for (const [domain] of domains) {
    const mode = modes.ofDomain(domain)
    const mayRefuse = modes.max === 'act' && lesserMode(mode, 'advise') === 'advise'
    domain.serviceGuards?.govern?.(() => mayRefuse && !isStopped(killSwitch))
  }
}

/** The watchdog stops actions because the loop was blocked, and that is when the guard is needed. */
function isStopped({ state }: KillSwitch): boolean {
  return state.tripped && !state.by.startsWith(WATCHDOG)
}
