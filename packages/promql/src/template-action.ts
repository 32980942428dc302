import { SyntaxProblem, UnsupportedFeature } from './errors.ts'
import { Labels } from './labels.ts'
import { underscoreLabel, underscoreLabels } from './names.ts'
import { unquote } from './syntax/string.ts'
import { TEMPLATE_FUNCTIONS, UNSUPPORTED_FUNCTIONS } from './template-function.ts'
import { toText, type TemplateValue } from './template-value.ts'

/** What all templates of a set of rules share. */
export interface TemplateEnvironment {
  readonly externalLabels: Readonly<Record<string, string>>
  readonly externalUrl: string
}

/** What a template may refer to. */
export interface TemplateData {
  readonly labels: Labels
  readonly value: number
  readonly environment: TemplateEnvironment
}

/** A part of a template, ready to be computed. */
export type TemplatePart = (data: TemplateData) => TemplateValue

const TOKEN = new RegExp(
  String.raw`\s*(?:` +
    [
      String.raw`(?<data>[$.](?:labels|Labels|externalLabels|ExternalLabels|externalURL|ExternalURL|value|Value)\b)(?:\.(?<field>[A-Za-z_]\w*))?`,
      String.raw`(?<variable>\$\w*)`,
      '(?<quoted>"(?:\\\\.|[^"\\\\\\n])*"|`[^`]*`)',
      String.raw`(?<number>[+-]?\d+(?<fraction>\.\d+)?(?<exponent>[eE][+-]?\d+)?)`,
      String.raw`(?<word>[A-Za-z_]\w*)`,
      String.raw`(?<mark>[|()])`,
    ].join('|') +
    ')',
  'y',
)

type Token = Readonly<Record<string, string | undefined>> & { readonly from: number }

/** Go's variables start with `$` and small letters, its fields with `.` and capitals. */
const DATA: Readonly<Record<string, TemplatePart>> = {
  $value: data => data.value,
  '.Value': data => data.value,
  $labels: data => data.labels,
  '.Labels': data => data.labels,
  $externalLabels: external,
  '.ExternalLabels': external,
  $externalURL: data => data.environment.externalUrl,
  '.ExternalURL': data => data.environment.externalUrl,
}

function external(data: TemplateData): Labels {
  return Labels.from(underscoreLabels(data.environment.externalLabels))
}

/** Parses the pipeline of one `{{ ... }}`: `$value`, `$labels.x`, literals, pipes, parentheses and functions. */
export function parsePipeline(text: string, from: number, to: number): TemplatePart {
  return new PipelineParser(text, from, to).parse()
}

class PipelineParser {
  readonly #text: string
  readonly #to: number
  #at: number
  #depth = 0

  constructor(text: string, from: number, to: number) {
    this.#text = text
    this.#at = from
    this.#to = to
  }

  parse(): TemplatePart {
    const part = this.#pipeline()
    if (this.#peek() !== undefined) throw this.#problem('unexpected text in action')
    return part
  }

  #problem(reason: string): SyntaxProblem {
    const rest = JSON.stringify(this.#text.slice(this.#at, this.#to).trim())
    return new SyntaxProblem(`template: ${reason}: ${rest}`, this.#text, { from: this.#at, to: this.#to })
  }

  #peek(): Token | undefined {
    TOKEN.lastIndex = this.#at
    if (this.#text.slice(this.#at, this.#to).trim() === '') return undefined
    const match = TOKEN.exec(this.#text)
    if (match === null || TOKEN.lastIndex > this.#to) throw this.#problem('unexpected text')
    return { ...match.groups, from: TOKEN.lastIndex } as Token
  }

  #take(): Token {
    const token = this.#peek()
    if (token === undefined) throw this.#problem('missing value for command')
    this.#at = token.from
    return token
  }

  #pipeline(): TemplatePart {
    let part = this.#command(undefined)
    while (this.#peek()?.['mark'] === '|') {
      this.#take()
      part = this.#command(part)
    }
    return part
  }

  #command(piped: TemplatePart | undefined): TemplatePart {
    const name = this.#peek()?.['word']
    if (name !== undefined && name !== 'true' && name !== 'false') return this.#call(name, piped)
    if (piped !== undefined) throw this.#problem('not a function after "|"')
    return this.#operand()
  }

  #call(name: string, piped: TemplatePart | undefined): TemplatePart {
    const from = this.#at
    this.#take()
    const args: TemplatePart[] = []
    while (this.#startsOperand()) args.push(this.#operand())
    if (piped !== undefined) args.push(piped)
    const count = (least: number, most: number): void => {
      if (args.length < least || args.length > most)
        throw this.#problem(
          `wrong number of args for ${name}: want ${least === most ? '' : 'at least '}${least}, got ${args.length}`,
        )
    }
    if (name === 'index') {
      count(2, 2)
      return data => indexed(args.map(arg => arg(data)))
    }
    if (name === 'externalURL' || name === 'pathPrefix') {
      count(0, 0)
      return ({ environment }) => (name === 'externalURL' ? environment.externalUrl : pathOf(environment.externalUrl))
    }
    const known = TEMPLATE_FUNCTIONS.get(name)
    if (known === undefined) {
      const span = { from, to: this.#at }
      if (UNSUPPORTED_FUNCTIONS.has(name)) throw new UnsupportedFeature(`template function ${name}`, this.#text, span)
      throw new SyntaxProblem(`template: function ${JSON.stringify(name)} not defined`, this.#text, span)
    }
    count(known.least, known.most)
    return data => known.run(args.map(arg => arg(data)))
  }

  #startsOperand(): boolean {
    const token = this.#peek()
    return token !== undefined && token['mark'] !== '|' && token['mark'] !== ')'
  }

  #operand(): TemplatePart {
    const start = this.#at
    const token = this.#take()
    if (token['data'] !== undefined) {
      const part = DATA[token['data']]
      if (part !== undefined) return this.#field(token['data'], part, token['field'])
    }
    if (token['quoted'] !== undefined) {
      const text = unquote(token['quoted'])
      if (text === undefined) throw this.#problem(`invalid string ${token['quoted']}`)
      return () => text
    }
    if (token['number'] !== undefined) {
      const isFloat = token['fraction'] !== undefined || token['exponent'] !== undefined
      const number = isFloat ? Number(token['number']) : BigInt(token['number'].replace('+', ''))
      return () => number
    }
    if (token['word'] === 'true' || token['word'] === 'false') {
      const truth = token['word'] === 'true'
      return () => truth
    }
    if (token['mark'] === '(') return this.#parentheses()
    this.#at = start
    if (token['variable'] !== undefined) throw this.#problem('undefined variable')
    throw this.#problem('unexpected')
  }

  #field(name: string, part: TemplatePart, field: string | undefined): TemplatePart {
    if (field === undefined) return part
    if (!/labels$/i.test(name)) throw this.#problem(`${name} has no field ${field}`)
    return data => indexed([part(data), field])
  }

  #parentheses(): TemplatePart {
    this.#depth += 1
    // Go's parser has no limit but its memory; ours is the stack.
    if (this.#depth > 100) throw this.#problem('nested too deeply')
    const inner = this.#pipeline()
    this.#depth -= 1
    if (this.#take()['mark'] !== ')') throw this.#problem('missing )')
    return inner
  }
}

function indexed([labels, key]: readonly TemplateValue[]): string {
  if (typeof labels !== 'object') throw new TypeError("can't index item of that type")
  return labels.get(underscoreLabel(toText(key)))
}

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/^\/$/, '') : ''
}
