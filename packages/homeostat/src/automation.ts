import { randomUUID } from 'node:crypto'
import type { Action, Coordinator, Knob } from '@homeostat/optimizer'
import { Fleet, knobActions, Knobs, stateFolder } from '@homeostat/optimizer'
import type { Faults } from '@homeostat/signals'
import { broughtActions } from './brought-actions.ts'
import { createLateCoordinator } from './late-coordinator.ts'
import type { DomainWithMode, Modes } from './modes.ts'
import type { HomeostatOptions } from './options.ts'
import type { Endings } from './time-limit.ts'

/** What acting takes beside the loop itself. */
export interface Automation {
  /** The knobs, as actions. */
  readonly actions: readonly Action[]
  readonly fleet: Fleet
  /** Sets back what an earlier life of this process, or another one, has left behind. */
  start(): void
  /** In this order: knobs are set back while others can still be asked. */
  readonly endings: Endings
}

export interface AutomationContext {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly modes: Modes
  readonly service: string
  readonly faults: Faults
  /** Whether nothing may be set any more. */
  readonly isStopped: () => boolean
}

/**
 * Knobs with their journal, and the fleet with its coordinator. A process in which nothing may act asks no server for a
 * lease and tells nobody that it lives.
 */
export function createAutomation(context: AutomationContext): Automation {
  const { options, domains, service, faults, isStopped } = context
  const knobs: readonly Knob[] = [...domains.flatMap(([domain]) => domain.knobs), ...(options.knobs ?? [])]
  const mayAct = mayNeedOthers(context)
  // What a process left behind is set back also after it was told to act no more.
  const hasShared = knobs.some(({ scope }) => scope === 'shared')
  const coordinator = mayAct || hasShared ? coordinatorOf(context) : undefined
  const known = new Knobs({
    knobs,
    service,
    clock: Date.now,
    isStopped,
    onFault: error => faults.report('action', error),
    ...(coordinator && { coordinator }),
    ...(options.stateDir !== undefined && { stateDir: options.stateDir }),
    ...(options.environment && { environment: options.environment }),
  })
  const fleet = new Fleet({
    member: randomUUID(),
    report: error => faults.report('action', error),
    ...(mayAct && coordinator && { coordinator }),
  })
  return {
    actions: knobs.flatMap(knob => knobActions(knob, known)),
    fleet,
    start: () => {
      if (knobs.length > 0) void known.start().catch((error: unknown) => faults.report('action', error))
    },
    endings: {
      'the knobs': () => known.close(),
      'the fleet': () => fleet[Symbol.asyncDispose](),
      // Told twice is harmless; without anything to act on, the fleet does not have it.
      'the coordinator': () => coordinator?.[Symbol.asyncDispose](),
    },
  }
}

function coordinatorOf({ options, domains, service }: AutomationContext): Coordinator | undefined {
  if (options.coordinator === false) return undefined
  if (options.coordinator) return options.coordinator
  return createLateCoordinator(() => domains.flatMap(([domain]) => domain.coordinators?.(service) ?? []))
}

function mayNeedOthers({ options, domains, modes }: AutomationContext): boolean {
  return [options, ...domains.map(([domain]) => domain)]
    .flatMap(broughtActions)
    .some(({ name, scope, disruptive }) => (scope === 'shared' || disruptive) && modes.ofAction(name) === 'act')
}

/** Where what outlives the process is kept. */
export function stateFolderOf({ stateDir, environment = process.env }: HomeostatOptions, service: string): string {
  return stateFolder({ stateDir, service, environment })
}
