import { oldestSdk, sdkLines } from '@homeostat/conformance'
import { test } from 'vitest'
import { expectCleanTexts } from './clean-texts.ts'

const cases = [oldestSdk, ...sdkLines].flatMap(line => [
  { line, withoutScopeInfo: false },
  { line, withoutScopeInfo: true },
])

test.each(cases)(
  '2-36: the Prometheus text is as clean with us as without: $line.name, without scope info: $withoutScopeInfo',
  ({ line, withoutScopeInfo }) => expectCleanTexts(line, withoutScopeInfo),
)
