import type { Domain } from '@homeostat/optimizer'
import type { ServerEngine } from '@homeostat/optimizer/engines'
import type { OptionSchema } from '@homeostat/signals/options'
import { fieldOf, itemsOf, MOST_ITEMS, readWhole, text, whole, withCheck } from '@homeostat/signals/options'
import { definitions } from '../domains/domain-definitions.ts'

/** Values of the options `coordinator` and `stateStore` that mean something else. */
const TAKEN = ['file', 'false', 'true', 'none', 'off']

const name = withCheck(text({ description: 'the value of the options that chooses it' }), value =>
  /^[a-z][\w-]{0,39}$/i.test(value) && !TAKEN.includes(value.toLowerCase())
    ? undefined
    : 'must be a letter and up to 39 letters, digits, - or _, and not a word that the options use',
)

const title = withCheck(text({ description: 'what people call it' }), value =>
  /^[^\p{Cc}\p{Cf}]{1,60}$/u.test(value) ? undefined : 'must be one line of at most 60 characters',
)

/** The schema of a domain's `engine`. */
export const engineSchema: OptionSchema<ServerEngine> = whole<ServerEngine>(
  { name, title },
  {},
  { description: 'a kind of server', expected: 'a kind of server: name and title', whenWrong: 'no option can name it' },
)

/** The kinds of server that domains provide, those of the built-in ones first; the first of a name counts. */
export function enginesOf(own: readonly Pick<Domain, 'engine'>[] = []): ServerEngine[] {
  const engines = new Map<string, ServerEngine>()
  for (const { engine } of [...definitions.map(([, definition]) => definition), ...own])
    if (engine && !engines.has(engine.name)) engines.set(engine.name, engine)
  return [...engines.values()]
}

/** The same for options that are not checked yet. Never throws. */
export function enginesGiven(given: unknown): ServerEngine[] {
  const domains = itemsOf(fieldOf(given, 'domains'), MOST_ITEMS) ?? []
  return enginesOf(
    domains
      .map(domain => {
        const engine = fieldOf(domain, 'engine')
        const { value } = engine === undefined ? { value: undefined } : readWhole(engineSchema, engine)
        return value && { engine: value }
      })
      .filter(each => each !== undefined),
  )
}
