import { compileRegexp } from '../regexp/pattern.ts'
import type { LabelMatch } from '../words/ast.ts'

/** Whether a series without the label matches. */
export function matchesEmpty(match: LabelMatch): boolean {
  switch (match.operator) {
    case '=':
      return match.value === ''
    case '!=':
      return match.value !== ''
    case '=~':
      return compileRegexp(match.value).test('')
    case '!~':
      return !compileRegexp(match.value).test('')
  }
}
