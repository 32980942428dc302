import type { CharacterSet } from './character-set.ts'
import { PatternProblem, type Assertion, type PatternNode } from './syntax.ts'

/** One instruction of a pattern's machine; what names no target goes on with the next instruction. */
export type Instruction =
  | { readonly op: 'set'; readonly set: CharacterSet }
  | { readonly op: 'split'; first: number; second: number }
  | { readonly op: 'jump'; to: number }
  | { readonly op: 'save'; readonly slot: number }
  | { readonly op: 'assert'; readonly assertion: Assertion }
  | { readonly op: 'match' }

/** Matching takes time in the product of the text's and the program's length, so both are bounded. */
const MAX_INSTRUCTIONS = 10_000

/** Turns a parsed pattern into instructions (K. Thompson, "Regular Expression Search Algorithm", CACM 11, 1968). */
export function compileProgram(pattern: string, root: PatternNode): readonly Instruction[] {
  const program: Instruction[] = []
  const emit = <T extends Instruction>(instruction: T): T => {
    if (program.length >= MAX_INSTRUCTIONS) throw new PatternProblem('expression too large', pattern.slice(0, 64))
    program.push(instruction)
    return instruction
  }

  /** Tries the body before or after what follows; `link` is called with the way around it. */
  const optional = (greedy: boolean, body: () => void): { around: (target: number) => void } => {
    const split = emit({ op: 'split', first: 0, second: 0 })
    if (greedy) split.first = program.length
    else split.second = program.length
    body()
    return {
      around(target) {
        if (greedy) split.second = target
        else split.first = target
      },
    }
  }

  const repeat = (node: PatternNode & { kind: 'repeat' }): void => {
    for (let i = 0; i < node.min; i++) compile(node.body)
    if (node.max === Infinity) {
      const start = program.length
      const loop = optional(node.greedy, () => {
        compile(node.body)
        emit({ op: 'jump', to: start })
      })
      loop.around(program.length)
      return
    }
    const ways = Array.from({ length: node.max - node.min }, () => optional(node.greedy, () => compile(node.body)))
    for (const way of ways) way.around(program.length)
  }

  const choose = (options: readonly PatternNode[]): void => {
    const ends: (Instruction & { op: 'jump' })[] = []
    options.forEach((option, i) => {
      if (i === options.length - 1) return compile(option)
      const way = optional(true, () => {
        compile(option)
        ends.push(emit({ op: 'jump', to: 0 }))
      })
      way.around(program.length)
    })
    for (const end of ends) end.to = program.length
  }

  function compile(node: PatternNode): void {
    switch (node.kind) {
      case 'set':
        emit({ op: 'set', set: node.set })
        return
      case 'assertion':
        emit({ op: 'assert', assertion: node.assertion })
        return
      case 'sequence':
        for (const part of node.parts) compile(part)
        return
      case 'choice':
        choose(node.options)
        return
      case 'repeat':
        repeat(node)
        return
      case 'group':
        emit({ op: 'save', slot: 2 * node.index })
        compile(node.body)
        emit({ op: 'save', slot: 2 * node.index + 1 })
    }
  }

  compile(root)
  emit({ op: 'match' })
  return program
}
