import { plainScalar } from '@homeostat/promql/rule-files'
import { expect, test } from 'vitest'
import { withVariables } from '../../../src/options/file/variable-references.ts'

const ENVIRONMENT = {
  STRING_VALUE: 'value',
  BOOL_VALUE: 'true',
  INT_VALUE: '1',
  EMPTY: '',
  BLANK: '  ',
  REPLACE_ME: '${DO_NOT_REPLACE_ME}',
  DO_NOT_REPLACE_ME: 'Never use this value',
  VALUE_WITH_ESCAPE: 'value$$',
}

// The examples of OpenTelemetry's specification, configuration/data-model.md.
test.each([
  ['${STRING_VALUE}', 'value'],
  ['${env:STRING_VALUE}', 'value'],
  ['foo ${STRING_VALUE} ${INT_VALUE}', 'foo value 1'],
  ['${UNDEFINED_KEY}', ''],
  ['${EMPTY:-fallback}', 'fallback'],
  ['${BLANK:-fallback}', 'fallback'],
  ['${UNDEFINED_KEY:-fallback}', 'fallback'],
  ['${UNDEFINED_KEY:-}', ''],
  ['${UNDEFINED_KEY:-a:-b c}', 'a:-b c'],
  ['${REPLACE_ME}', '${DO_NOT_REPLACE_ME}'],
  ['${UNDEFINED_KEY:-${STRING_VALUE}}', '${STRING_VALUE}'],
  ['$${STRING_VALUE}', '${STRING_VALUE}'],
  ['$$${STRING_VALUE}', '$value'],
  ['$$$${STRING_VALUE}', '$${STRING_VALUE}'],
  ['$${STRING_VALUE:-fallback}', '${STRING_VALUE:-fallback}'],
  ['$${STRING_VALUE:-${STRING_VALUE}}', '${STRING_VALUE:-value}'],
  ['a $$ b', 'a $ b'],
  ['a $ b', 'a $ b'],
  ['$STRING_VALUE', '$STRING_VALUE'],
  ['${VALUE_WITH_ESCAPE}', 'value$$'],
  ['${STRING_VALUE:?error}', undefined],
  ['${1VALUE}', undefined],
  ['${STRING VALUE}', undefined],
])('%s is %s', (text, expected) => {
  expect(withVariables(text, ENVIRONMENT)).toBe(expected)
})

test.each([
  ['5', 5],
  ['-1.5e3', -1500],
  ['0x10', 16],
  ['true', true],
  ['False', false],
  ['', null],
  ['~', null],
  ['off', 'off'],
  [' 5 ', 5],
  ['{a: 1}', '{a: 1}'],
  ['[1]', '[1]'],
  ['a: 1', 'a: 1'],
  ['2026-01-01', '2026-01-01'],
])('the unquoted text %j is %j', (text, expected) => {
  expect(plainScalar(text)).toBe(expected)
})
