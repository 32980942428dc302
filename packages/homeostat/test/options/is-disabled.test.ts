import { KillSwitch } from '@homeostat/optimizer'
import { expect, it } from 'vitest'
import { isDisabled } from '../../src/options/is-disabled.ts'

it.each([
  undefined,
  '',
  ' ',
  '0',
  '1',
  'false',
  'FALSE',
  ' no ',
  'off',
  'Off',
  'true',
  'yes',
  'on',
  'n',
  '00',
  'null',
  '-1',
])('HOMEOSTAT_DISABLED=%s means the same to the flag and to the kill switch', text => {
  const { tripped } = new KillSwitch(text === undefined ? {} : { HOMEOSTAT_DISABLED: text }).state
  expect(isDisabled(text)).toBe(tripped)
})
