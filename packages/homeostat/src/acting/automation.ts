import { randomUUID } from 'node:crypto'
import type { Action, Coordinator, CoordinatorCandidate, Knob } from '@homeostat/optimizer'
import { Fleet, knobActions, Knobs } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { providedActions } from '../domains/provided-actions.ts'
import { enginesOf } from '../options/engines.ts'
import { serversInUse } from '../domains/servers-in-use.ts'
import { createLateCoordinator } from './late-coordinator.ts'
import { createPlaceboKnob } from './placebo-knob.ts'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { ServiceName } from '../doors/service-name.ts'
import type { Endings } from '../lifecycle/time-limit.ts'

/**
 * How often a process in which nothing may act looks for changes that others have left behind. It has to undo them
 * when no other process of the service runs.
 */
const QUIET_SWEEP_MS = 30_000

/** The parts that acting needs beside the loop itself. */
export interface Automation {
  /** The knobs, as actions. */
  readonly actions: readonly Action[]
  /** The knobs of the packages and the application, and the placebo where proofs are allowed. */
  readonly knobs: readonly Knob[]
  readonly fleet: Fleet
  /** How the knobs stand; undefined while nothing has asked for them. */
  standing(): Pick<Knobs, 'adjusted' | 'settingOf' | 'excludedUntil'> | undefined
  /** Undoes what an earlier life of this process, or another one, has left behind. The service's name is settled by then. */
  start(): void
  /** For the kill switch: undoes every knob at once, those included of which nobody knows whether they were set. */
  undoAll(): void
  /** In this order: knobs are undone while others can still be asked. */
  readonly endings: Endings
}

export interface AutomationContext {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly modes: Modes
  readonly service: ServiceName
  readonly faults: Faults
  /** Whether nothing may be set any more. */
  readonly isStopped: () => boolean
}

/**
 * Knobs with their journal, and the fleet with its coordinator. A process in which nothing may act asks no server for a
 * lease and does not register as a member of the fleet.
 */
export function createAutomation(context: AutomationContext): Automation {
  const { options, domains, modes, faults, isStopped } = context
  const knobs: readonly Knob[] = [
    ...domains.flatMap(([domain]) => domain.knobs ?? []),
    ...(options.knobs ?? []),
    ...(options.prove?.length ? [createPlaceboKnob()] : []),
  ]
  const mayAct = mayNeedOthers(context)
  // A change that a process left behind is undone even when its next life may not act.
  const hasShared = knobs.some(({ scope }) => scope === 'shared')
  const coordinator = mayAct || hasShared ? coordinatorOf(context) : undefined
  let known: Knobs | undefined
  // Made when first needed: the folder of the journals is named after the service, whose name is settled late.
  const knobsOfService = (): Knobs =>
    (known ??= new Knobs({
      knobs,
      service: journalOwner(context),
      clock: Date.now,
      isStopped,
      onFault: error => faults.report('action', error),
      ...(!actions.some(({ name }) => modes.ofAction(name) === 'act') && { sweepMs: QUIET_SWEEP_MS }),
      ...(coordinator && { coordinator }),
      ...(options.stateDir !== undefined && { stateDir: options.stateDir }),
      // The options hold what the environment says, read through their schema.
      environment: {},
    }))
  const actions = knobs.flatMap(knob => knobActions(knob, knobsOfService))
  const fleet = new Fleet({
    member: randomUUID(),
    report: error => faults.report('action', error),
    whyNone: () => whyNoCoordinator(context, mayAct),
    ...(mayAct && coordinator && { coordinator }),
  })
  return {
    actions,
    knobs,
    fleet,
    standing: () => known,
    start: () => {
      if (knobs.length > 0)
        void knobsOfService()
          .start()
          .catch((error: unknown) => faults.report('action', error))
    },
    undoAll: () => void known?.undoAll().catch((error: unknown) => faults.report('action', error)),
    endings: {
      'the knobs': () => known?.close(),
      'the fleet': () => fleet[Symbol.asyncDispose](),
      // Closing it twice is harmless; where nothing may act, the fleet does not have it.
      'the coordinator': () => coordinator?.[Symbol.asyncDispose](),
    },
  }
}

function coordinatorOf({
  options: { coordinator },
  domains,
  service,
  faults,
}: AutomationContext): Coordinator | undefined {
  if (typeof coordinator === 'object') return coordinator
  const engine = enginesOf(domains.map(([domain]) => domain)).find(({ name }) => name === coordinator)
  if (!engine) return undefined
  return createLateCoordinator((): CoordinatorCandidate[] => {
    const name = service.current?.name
    // Services without a name would take each other for one.
    if (name === undefined) return []
    return serversInUse(domains, engine.name, faults, domain => domain.coordinators?.(name))
  }, engine)
}

/** Why the fleet has no coordinator, and what to do. */
function whyNoCoordinator({ options: { coordinator }, domains, service }: AutomationContext, mayAct: boolean): string {
  if (coordinator === undefined || coordinator === false)
    return `set the option coordinator to ${namesOf(domains)} for the server that the application uses`
  if (typeof coordinator === 'string' && service.isSettled && !service.current)
    return 'the service has no name: set OTEL_SERVICE_NAME or the option service'
  if (!mayAct || typeof coordinator === 'object') return 'nothing that needs one may act'
  return `no ${coordinator} client of this process has had an answer yet`
}

function namesOf(domains: readonly DomainWithMode[]): string {
  return enginesOf(domains.map(([domain]) => domain))
    .map(({ name }) => `'${name}'`)
    .join(' or ')
}

/** Whose journals are in one folder. Without a name, those of one script and one working directory. */
function journalOwner({ service }: AutomationContext): string {
  return service.current?.name ?? `unnamed ${process.cwd()} ${process.argv[1] ?? 'node'}`
}

function mayNeedOthers({ options, domains, modes }: AutomationContext): boolean {
  return [options, ...domains.map(([domain]) => domain)]
    .flatMap(providedActions)
    .some(({ name, scope, disruptive }) => (scope === 'shared' || disruptive) && modes.ofAction(name) === 'act')
}
