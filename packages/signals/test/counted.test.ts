import { expect, test } from 'vitest'
import { counted } from '../src/index.ts'

test.each([
  [counted(0, 'pair'), '0 pairs'],
  [counted(1, 'pair'), '1 pair'],
  [counted(2, 'pair'), '2 pairs'],
  [counted(1.2, 'pair'), '1 pair'],
  [counted(0.6, 'pair'), '1 pair'],
  [counted(1.6, 'pair'), '2 pairs'],
  [counted(1240, 'entry', 'entries'), '1,240 entries'],
  [counted(1, 'session waits', 'sessions wait'), '1 session waits'],
])('%j', (text, expected) => {
  expect(text).toBe(expected)
})
