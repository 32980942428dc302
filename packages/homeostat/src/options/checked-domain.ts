import type { Action, Domain, Knob, Response, RuleSource } from '@homeostat/optimizer'
import { actionSchema, knobSchema, responseSchema, ruleSourceSchema } from '@homeostat/optimizer/schemas'
import type { OptionProblem, OptionSchema } from '@homeostat/signals/options'
import { listOf, readOptions } from '@homeostat/signals/options'

const notes = { description: 'a list' }
const RULES: OptionSchema<readonly RuleSource[]> = listOf(ruleSourceSchema, notes)
const RESPONSES: OptionSchema<readonly Response[]> = listOf(responseSchema, notes)
const ACTIONS: OptionSchema<readonly Action[]> = listOf(actionSchema, notes)
const KNOBS: OptionSchema<readonly Knob[]> = listOf(knobSchema, notes)

/**
 * A package of the application's without those of its rules, responses, actions and knobs that are not valid. It is the package
 * itself where there is nothing to leave out.
 *
 * @param path - where it was given, e.g. `domains[0]`
 */
export function checkedDomain(domain: Domain, path: string, problems: OptionProblem[]): Domain {
  const before = problems.length
  let isComplete = true
  const read = <T>(schema: OptionSchema<readonly T[]>, name: keyof Domain): readonly T[] => {
    const given: unknown = fieldOf(domain, name)
    isComplete &&= given !== undefined
    const found = readOptions(schema, given ?? [], { path: `${path}.${name}` })
    problems.push(...found.problems)
    return Array.isArray(found.options) ? found.options : []
  }
  const parts = {
    rules: read(RULES, 'rules') as Domain['rules'],
    responses: read(RESPONSES, 'responses'),
    actions: read(ACTIONS, 'actions'),
    knobs: read(KNOBS, 'knobs'),
  }
  const reclaimers = fieldOf(domain, 'reclaimers')
  const hasReclaimers = Array.isArray(reclaimers)
  if (problems.length === before && isComplete && hasReclaimers) return domain
  return domainWith(domain, hasReclaimers ? parts : { ...parts, reclaimers: [] })
}

/** A package with other parts than its own. Its methods keep their `this`. */
export function domainWith(
  domain: Domain,
  parts: Partial<Pick<Domain, 'rules' | 'responses' | 'actions' | 'knobs' | 'reclaimers'>>,
): Domain {
  return new Proxy(domain, {
    get(target, name) {
      if (Object.hasOwn(parts, name)) return parts[name as keyof typeof parts]
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(target) : value
    },
  })
}

function fieldOf(domain: Domain, name: keyof Domain): unknown {
  try {
    return domain[name]
  } catch {
    return undefined
  }
}
