/** The parts of Go's template language, with the offset in the template that its messages point at. */
export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipe: Pipe }
  | BranchNode
  | { readonly kind: 'break' }
  | { readonly kind: 'continue' }

/** `if`, `with` and `range`; `else if` is a list with one branch in it. */
export interface BranchNode {
  readonly kind: 'if' | 'with' | 'range'
  readonly pipe: Pipe
  readonly list: readonly TemplateNode[]
  readonly otherwise: readonly TemplateNode[]
}

/** Commands one after another, each given the result of the one before; perhaps kept in variables. */
export interface Pipe {
  readonly kind: 'pipe'
  readonly at: number
  readonly variables: readonly string[]
  /** `=` instead of `:=`: a variable that is there already. */
  readonly assigns: boolean
  readonly commands: readonly Command[]
}

export interface Command {
  readonly kind: 'command'
  readonly at: number
  readonly args: readonly Operand[]
}

export type Operand =
  | { readonly kind: 'identifier'; readonly at: number; readonly name: string }
  | { readonly kind: 'variable' | 'field'; readonly at: number; readonly path: readonly string[] }
  | { readonly kind: 'chain'; readonly at: number; readonly of: Operand; readonly path: readonly string[] }
  | { readonly kind: 'dot' | 'nil'; readonly at: number }
  | { readonly kind: 'constant'; readonly at: number; readonly value: number | bigint | boolean; readonly text: string }
  | { readonly kind: 'string'; readonly at: number; readonly value: string; readonly text: string }
  | Pipe

/** A node as Go's messages show it: in its own spacing. */
export function nodeText(node: Operand | Command): string {
  switch (node.kind) {
    case 'identifier':
      return node.name
    case 'variable':
      return node.path.join('.')
    case 'field':
      return node.path.map(name => `.${name}`).join('')
    case 'chain':
      return `${argumentText(node.of)}${node.path.map(name => `.${name}`).join('')}`
    case 'dot':
      return '.'
    case 'nil':
      return 'nil'
    case 'constant':
    case 'string':
      return node.text
    case 'command':
      return node.args.map(argumentText).join(' ')
    case 'pipe': {
      const declared = node.variables.length === 0 ? '' : `${node.variables.join(', ')} ${node.assigns ? '=' : ':='} `
      return declared + node.commands.map(nodeText).join(' | ')
    }
  }
}

function argumentText(node: Operand): string {
  return node.kind === 'pipe' ? `(${nodeText(node)})` : nodeText(node)
}
