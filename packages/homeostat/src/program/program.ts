import type { Action, Domain, Mode, Response } from '@homeostat/optimizer'
import type { Compiler } from '@homeostat/optimizer/schemas'
import type { RuleSource } from '@homeostat/promql'
import { shownName } from '@homeostat/signals/options'
import type { Steps } from '@homeostat/signals'
import { providedActions } from '../domains/provided-actions.ts'
import type { OwnProgram } from '../options/given-program.ts'
import type { DomainWithMode } from '../domains/domains.ts'
import type { Modes } from '../options/modes.ts'
import type { HomeostatOptions } from '../options/options.ts'
import type { Lines } from '../report/report-lines.ts'
import type { ResponseContext } from '../report/response-findings.ts'
import { findingsInSteps } from '../report/response-findings.ts'

/** All rules and responses that the loop evaluates. */
export interface Program {
  readonly rules: readonly RuleSource[]
  readonly responses: readonly Response[]
  /** Mistakes in the application's responses. */
  readonly findings: Lines
}

/** The packages and the options whose rules, responses and actions are put together. */
export interface ProgramParts {
  readonly options: HomeostatOptions
  readonly domains: readonly DomainWithMode[]
  readonly modes: Modes
}

/** Responses put in place between two pauses. */
const RESPONSES_OF_STEP = 128

/** The actions of the packages and the application. A package in mode `off` brings none. */
export function actionsOf({ options, domains, modes }: ProgramParts): Action[] {
  return [...activeOf(domains, modes).flatMap(({ actions = [] }) => actions), ...(options.actions ?? [])]
}

/**
 * Puts together what the packages provide and what the application adds. A package in mode `off` brings nothing: it only
 * measures. A response of the application that runs the same action on the same alert takes the package's place.
 */
export function* programOf(given: OwnProgram, parts: ProgramParts, compiler: Compiler): Steps<Program> {
  const { options, domains, modes } = parts
  const active = activeOf(domains, modes)
  const brought = active.flatMap(domain => responsesOf(domain, modes.ofDomain(domain)))
  const usual = new Map(
    brought
      .filter(({ preventive }) => preventive)
      .toReversed()
      .map(each => [each.to.alert, each]),
  )
  const isOff = modes.base === 'off'
  const own: Response[] = []
  const replaced = new Set<string>()
  for (const [index, response] of (isOff ? [] : given.responses).entries()) {
    own.push(asCareful(response, usual.get(response.to.alert)))
    replaced.add(answerKey(response))
    if (index % RESPONSES_OF_STEP === RESPONSES_OF_STEP - 1) yield
  }
  const rules = [...active.flatMap(domain => domain.rules ?? []), ...(isOff ? [] : given.rules)]
  const responses = [...brought.filter(response => !replaced.has(answerKey(response))), ...own]
  const runnable = new Set([...active, options].flatMap(providedActions).map(({ name }) => name))
  // With rule files, which are read later, there are rules that are not known yet.
  const areAll = !options.ruleFiles?.length
  const findings = linesOf(own, { rules, areAll, actions: runnable, compiler })
  return { rules, responses, findings }
}

/** Equal for responses that take each other's place. */
export function answerKey({ action, to }: Response): string {
  return JSON.stringify([action, to.alert])
}

function activeOf(domains: readonly DomainWithMode[], modes: Modes): Domain[] {
  return domains.map(([domain]) => domain).filter(domain => modes.ofDomain(domain) !== 'off')
}

function* linesOf(own: readonly Response[], context: ResponseContext): Lines {
  for (const findings of findingsInSteps(own, context))
    yield findings.map(
      ({ index, reason }) => `responses[${index}], to ${shownName(own[index]?.to.alert ?? '')}: ${reason}`,
    )
}

/** An answer to a forecast is preventive, and needs what the package's own answers need, unless it says otherwise. */
function asCareful(own: Response, usual: Response | undefined): Response {
  if (!usual) return own
  const { preventive, requires, clear, maxMode } = usual
  return { preventive, requires, clear, maxMode, ...own } as Response
}

/** A response that runs what another package provides needs the mode of both. */
function responsesOf(domain: Domain, maxMode: Mode): Response[] {
  const own = new Set(providedActions(domain).map(({ name }) => name))
  return (domain.responses ?? []).map(response => (own.has(response.action) ? response : { ...response, maxMode }))
}
