import { oldestSdk, sdkLines } from '@homeostat/conformance'
import { test } from 'vitest'
import { expectCleanTexts } from './clean-texts.ts'

const [sdk2] = sdkLines as [(typeof sdkLines)[number]]

test.each([
  { line: oldestSdk, withoutScopeInfo: false },
  { line: sdk2, withoutScopeInfo: false },
])(
  '2-36: the Prometheus text is as clean with us as without: $line.name, without scope info: $withoutScopeInfo',
  ({ line, withoutScopeInfo }) => expectCleanTexts(line, withoutScopeInfo),
)
