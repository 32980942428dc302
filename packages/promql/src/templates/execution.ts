import { Labels } from '../words/labels.ts'
import { underscoreLabel } from '../words/names.ts'
import { TEMPLATE_FUNCTIONS, type ParameterType, type TemplateFunction } from './function.ts'
import { nodeText, type BranchNode, type Command, type Operand, type Pipe, type TemplateNode } from './node.ts'
import { VariableStack } from './variables.ts'
import { AlertRoot, elementsOf, isTrue, show, typeOf, type TemplateValue } from './value.ts'

/** A template that failed on its data, worded like Go's `text/template`. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure'
  readonly code = 'HOMEOSTAT_TEMPLATE_FAILED'
}

/** A range over a large number, or one range in another, must not hold up an evaluation or fill the memory. */
const MOST_STEPS = 100_000
export const LONGEST_TEXT: number = 1024 * 1024

/** What stands before a template in Prometheus; columns of the first line count from there. */
const PROLOGUE =
  '{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}'

type Flow = 'on' | 'break' | 'continue'

/** One run of a template, as Go's `exec.go` does it. */
export class TemplateExecution {
  readonly #source: string
  readonly #templateName: string
  readonly #timeMs: number
  readonly #root: AlertRoot
  readonly #variables: VariableStack
  /** What Go's messages say was evaluated. */
  #node: Operand | Command | undefined
  #steps = 0
  /** Joined at the end: a text that grows piece by piece is a chain of its pieces, three times as large. */
  readonly #pieces: string[] = []
  #length = 0

  constructor(source: string, templateName: string, root: AlertRoot, timeMs: number) {
    this.#source = source
    this.#templateName = templateName
    this.#root = root
    this.#timeMs = timeMs
    this.#variables = new VariableStack(root)
  }

  run(nodes: readonly TemplateNode[]): string {
    this.#walk(nodes, this.#root)
    return this.#pieces.join('')
  }

  #failure(reason: string): TemplateFailure {
    const name = this.#templateName
    if (this.#node === undefined) return new TemplateFailure(`template: ${name}: ${reason}`)
    const before = this.#source.slice(0, this.#node.at)
    const line = before.split('\n').length
    const column = line === 1 ? PROLOGUE.length + before.length : before.length - before.lastIndexOf('\n')
    const place = `${name}:${line}:${column - (line === 1 ? 0 : 1)}`
    return new TemplateFailure(
      `template: ${place}: executing ${JSON.stringify(name)} at <${nodeText(this.#node)}>: ${reason}`,
    )
  }

  #write(text: string): void {
    this.#pieces.push(text)
    this.#length += text.length
    if (this.#length > LONGEST_TEXT) throw this.#failure(`more than ${LONGEST_TEXT} characters`)
  }

  #walk(nodes: readonly TemplateNode[], dot: TemplateValue): Flow {
    for (const node of nodes) {
      if (node.kind === 'text') this.#write(node.text)
      else if (node.kind === 'break' || node.kind === 'continue') return node.kind
      else if (node.kind === 'action') {
        const value = this.#pipeline(dot, node.pipe)
        if (node.pipe.variables.length === 0) this.#write(show(value))
      } else {
        const inReach = this.#variables.length
        const flow = node.kind === 'range' ? this.#range(node, dot) : this.#choice(node, dot)
        this.#variables.length = inReach
        if (flow !== 'on') return flow
      }
    }
    return 'on'
  }

  #choice(node: BranchNode, dot: TemplateValue): Flow {
    const value = this.#pipeline(dot, node.pipe)
    if (!isTrue(value)) return this.#walk(node.otherwise, dot)
    return this.#walk(node.list, node.kind === 'with' ? value : dot)
  }

  #range(node: BranchNode, dot: TemplateValue): Flow {
    const { variables, assigns } = node.pipe
    const over = this.#pipeline(dot, { ...node.pipe, variables: [] })
    const inReach = this.#variables.length
    const elements = elementsOf(over)
    if (elements === undefined) throw this.#failure(`range can't iterate over ${show(over)}`)
    let count = 0
    for (const [key, value] of elements) {
      count += 1
      this.#steps += 1
      if (this.#steps > MOST_STEPS) throw this.#failure(`more than ${MOST_STEPS} steps`)
      const [first, second] = variables
      if (first !== undefined) this.#variables.set(first, second === undefined ? value : key, assigns)
      if (second !== undefined) this.#variables.set(second, value, assigns)
      const flow = this.#walk(node.list, value)
      this.#variables.length = inReach
      if (flow === 'break') break
    }
    return count === 0 ? this.#walk(node.otherwise, dot) : 'on'
  }

  #pipeline(dot: TemplateValue, pipe: Pipe): TemplateValue {
    let final: Final
    for (const command of pipe.commands) final = { value: this.#command(dot, command, final) }
    const value = final?.value
    for (const name of pipe.variables) this.#variables.set(name, value, pipe.assigns)
    return value
  }

  #command(dot: TemplateValue, command: Command, final: Final): TemplateValue {
    const { args } = command
    const [first] = args
    if (first === undefined) return undefined
    if (first.kind === 'identifier') {
      this.#node = first
      return this.#call(dot, first.name, command, args.slice(1), final)
    }
    return this.#value(dot, first, final !== undefined || args.length > 1)
  }

  /** A value that is no call of a function; arguments beside it are an error. */
  #value(dot: TemplateValue, operand: Operand, hasArguments: boolean): TemplateValue {
    if (operand.kind !== 'pipe') this.#node = operand
    switch (operand.kind) {
      case 'field':
        return this.#fields(dot, operand.path, 0, hasArguments)
      case 'variable': {
        const [name = ''] = operand.path
        if (operand.path.length === 1) this.#refuseArguments(operand, hasArguments)
        return this.#fields(this.#variables.get(name), operand.path, 1, hasArguments)
      }
      case 'chain':
        return this.#fields(this.#argument(dot, operand.of, 'any'), operand.path, 0, hasArguments)
      case 'pipe':
        this.#refuseArguments(operand, hasArguments)
        return this.#pipeline(dot, operand)
      case 'nil':
        this.#refuseArguments(operand, hasArguments)
        throw this.#failure('nil is not a command')
      case 'dot':
        this.#refuseArguments(operand, hasArguments)
        return dot
      case 'constant':
      case 'string':
        this.#refuseArguments(operand, hasArguments)
        return operand.value
      case 'identifier':
        return this.#call(dot, operand.name, operand, [], undefined)
    }
  }

  #refuseArguments(operand: Operand, hasArguments: boolean): void {
    if (hasArguments) throw this.#failure(`can't give argument to non-function ${nodeText(operand)}`)
  }

  /** @param from - the place in the path of the first field */
  #fields(start: TemplateValue, path: readonly string[], from: number, hasArguments: boolean): TemplateValue {
    let value = start
    for (let i = from; i < path.length; i++) {
      const name = path[i]!
      if (hasArguments && i === path.length - 1) throw this.#failure(`${name} is not a method but has arguments`)
      value = this.#field(value, name)
    }
    return value
  }

  #field(receiver: TemplateValue, name: string): TemplateValue {
    if (receiver instanceof Labels) return receiver.get(underscoreLabel(name))
    const known = receiver instanceof AlertRoot && /^(?:Labels|ExternalLabels|ExternalURL|Value)$/.test(name)
    if (known || (typeof receiver === 'object' && !(receiver instanceof AlertRoot))) return receiver.get(name)
    if (receiver === undefined) throw this.#failure(`nil data; no entry for key ${JSON.stringify(name)}`)
    throw this.#failure(`can't evaluate field ${name} in type ${typeOf(receiver)}`)
  }

  #call(
    dot: TemplateValue,
    name: string,
    command: Command | Operand,
    args: readonly Operand[],
    final: Final,
  ): TemplateValue {
    if (name === 'now') return this.#timeMs / 1000
    if (name === 'externalURL') return this.#root.externalUrl
    if (name === 'pathPrefix') return pathOf(this.#root.externalUrl)
    const definition = TEMPLATE_FUNCTIONS.get(name)
    if (definition === undefined) throw this.#failure(`${JSON.stringify(name)} is not a defined function`)
    this.#checkCount(name, definition, args.length + (final === undefined ? 0 : 1))
    if (name === 'and' || name === 'or') return this.#shortCircuit(dot, args, final, name === 'or')
    const typeAt = (i: number): ParameterType => definition.parameters[i] ?? definition.rest ?? 'any'
    const values = args.map((arg, i) => this.#argument(dot, arg, typeAt(i)))
    if (final !== undefined) values.push(this.#typed(final.value, typeAt(values.length)))
    try {
      return definition.run(values)
    } catch (error) {
      this.#node = command
      throw this.#failure(`error calling ${name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }

  #checkCount(name: string, { parameters, rest }: TemplateFunction, got: number): void {
    const want = parameters.length
    if (got < want || (rest === undefined && got > want)) {
      const atLeast = rest === undefined ? '' : 'at least '
      throw this.#failure(`wrong number of args for ${name}: want ${atLeast}${want} got ${got}`)
    }
  }

  #shortCircuit(dot: TemplateValue, args: readonly Operand[], final: Final, stopsAt: boolean): TemplateValue {
    let value: TemplateValue
    for (const arg of args) {
      value = this.#argument(dot, arg, 'any')
      if (isTrue(value) === stopsAt) return value
    }
    return final === undefined ? value : final.value
  }

  #argument(dot: TemplateValue, operand: Operand, type: ParameterType): TemplateValue {
    if (operand.kind !== 'pipe') this.#node = operand
    if (operand.kind === 'nil') {
      if (type === 'any') return undefined
      throw this.#failure(`cannot assign nil to ${type}`)
    }
    const literal = operand.kind === 'constant' || operand.kind === 'string'
    if (literal && type !== 'any' && typeof operand.value !== type)
      throw this.#failure(`expected ${type}; found ${operand.text}`)
    return this.#typed(this.#value(dot, operand, false), type)
  }

  #typed(value: TemplateValue, type: ParameterType): TemplateValue {
    if (type === 'any' || typeof value === type) return value
    if (value === undefined) throw this.#failure(`invalid value; expected ${type}`)
    throw this.#failure(`wrong type for value; expected ${type}; got ${typeOf(value)}`)
  }
}

/** The result of the command before in a pipeline, if there was one. */
type Final = { readonly value: TemplateValue } | undefined

function pathOf(url: string): string {
  return URL.canParse(url) ? new URL(url).pathname.replace(/^\/$/, '') : ''
}
