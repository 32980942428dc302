import Module from 'node:module'
import { afterEach, expect, test, vi } from 'vitest'
import { ConsoleDoor } from '../../src/inspection/console-door.ts'

afterEach(() => {
  vi.restoreAllMocks()
})

test('where the package is not installed, one line says what to install', async () => {
  vi.spyOn(Module, 'createRequire').mockReturnValue((() => {
    throw Object.assign(new Error('no such package'), { code: 'MODULE_NOT_FOUND' })
  }) as never)
  const lines: string[] = []
  const door = new ConsoleDoor(true, (text, level) => void lines.push(`${level}: ${text}`))
  door.open({})
  await door[Symbol.asyncDispose]()
  expect(lines).toEqual(['warn: there is no console: npm install @homeostat/console'])
})

test('a package that fails when it is loaded is one line', async () => {
  vi.spyOn(Module, 'createRequire').mockReturnValue((() => {
    throw new SyntaxError('in the package')
  }) as never)
  const lines: string[] = []
  const door = new ConsoleDoor(true, text => void lines.push(text))
  door.open({})
  await door[Symbol.asyncDispose]()
  expect(lines).toEqual(['there is no console: SyntaxError'])
})
