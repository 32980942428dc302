import type { Compiler } from '@homeostat/optimizer/schemas'
import type { Rule, RuleGroup, RuleSource } from '@homeostat/promql'
import { parseDuration } from '@homeostat/promql'
import { RuleFileError } from '@homeostat/promql/rule-files'
import type { ResponseContext } from '../report/response-findings.ts'
import { findingsOf } from '../report/response-findings.ts'
import { thresholdsOf } from '../metrics/threshold.ts'
import type { PlacedResponse } from './response-file.ts'

/** Errors about responses of files that could never have an effect, each at its place. */
export function lintResponses(placed: readonly PlacedResponse[], context: ResponseContext): RuleFileError[] {
  const responses = placed.map(({ response }) => response)
  return findingsOf(responses, context).flatMap(({ index, field, reason }) => {
    const at = placed[index]
    return at ? [new RuleFileError(at.file, at.at(field), reason)] : []
  })
}

/** Warnings about rules that are valid and seldom what was meant, one line each. */
export function lintRules(
  file: string,
  groups: readonly RuleGroup[],
  intervalMs?: number,
  compiler?: Compiler,
): string[] {
  return groups.flatMap(group =>
    group.rules.filter(isAlerting).flatMap((rule, index) => {
      const where = `${file}: group "${group.name}", rule ${index + 1}, "${rule.alert}"`
      const keepMs = parseDuration(rule.keepFiringFor ?? '') ?? 0
      const everyMs = Math.max(parseDuration(group.interval ?? '') ?? 0, intervalMs ?? 0)
      const warnings: string[] = []
      if (keepMs > 0 && keepMs < everyMs)
        warnings.push(
          `${where}: keep_firing_for is shorter than the ${everyMs / 1000} s between evaluations: no effect`,
        )
      if (isBareRatio(rule.expr, compiler))
        warnings.push(`${where}: a ratio of few events is chance: add a minimum rate, "... and <denominator> > 1"`)
      return warnings
    }),
  )
}

function isAlerting(rule: RuleSource): rule is Rule {
  return 'alert' in rule
}

/** A share of events, with no condition on how many there are. A share of a capacity needs none. */
function isBareRatio(expr: string, compiler: Compiler | undefined): boolean {
  return thresholdsOf(expr, compiler).some(
    all =>
      all.some(({ isRatio, countsEvents }) => isRatio && countsEvents) &&
      !all.some(({ isRatio, countsEvents }) => !isRatio && countsEvents),
  )
}
