import { oldestSdk, sdkLines } from '@homeostat/conformance'
import { test } from 'vitest'
import { expectCleanTexts } from './clean-texts.ts'

const [sdk2, sdk3] = sdkLines as [(typeof sdkLines)[number], (typeof sdkLines)[number]]

test.each([
  { line: oldestSdk, withoutScopeInfo: true },
  { line: sdk2, withoutScopeInfo: true },
  { line: sdk3, withoutScopeInfo: false },
  { line: sdk3, withoutScopeInfo: true },
])(
  '2-36: the Prometheus text is as clean with us as without: $line.name, without scope info: $withoutScopeInfo',
  ({ line, withoutScopeInfo }) => expectCleanTexts(line, withoutScopeInfo),
)
