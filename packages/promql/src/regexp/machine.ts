import type { Instruction } from './program.ts'
import type { Assertion } from './syntax.ts'

/** Where a capturing group begins and ends, or -1. Shared between threads until one of them writes. */
type Slots = readonly number[]

interface Threads {
  readonly instructions: number[]
  readonly slots: Slots[]
}

const NO_SLOTS: Slots = []

function isWordAt(text: string, at: number): boolean {
  return /\w/.test(text[at] ?? '')
}

function holds(assertion: Assertion, text: string, at: number): boolean {
  switch (assertion) {
    case 'text-start':
      return at === 0
    case 'text-end':
      return at === text.length
    case 'line-start':
      return at === 0 || text[at - 1] === '\n'
    case 'line-end':
      return at === text.length || text[at] === '\n'
    case 'word':
      return isWordAt(text, at - 1) !== isWordAt(text, at)
    case 'not-word':
      return isWordAt(text, at - 1) === isWordAt(text, at)
  }
}

/**
 * Runs all ways through a program at once, in order of preference, so that time is linear in the text whatever the
 * pattern is (R. Pike's virtual machine, https://swtch.com/~rsc/regexp/regexp2.html). Matches whole texts only.
 */
export class Machine {
  readonly #program: readonly Instruction[]
  /** The step in which an instruction was last entered: each is entered once a step. */
  readonly #enteredIn: Float64Array
  readonly #pendingInstructions: number[] = []
  readonly #pendingSlots: Slots[] = []
  #now: Threads = { instructions: [], slots: [] }
  #next: Threads = { instructions: [], slots: [] }
  #step = 0

  constructor(program: readonly Instruction[]) {
    this.#program = program
    this.#enteredIn = new Float64Array(program.length)
  }

  /** The group slots of the preferred way to match the whole text, or `undefined` when there is none. */
  run(text: string, capture: boolean): Slots | undefined {
    this.#now.instructions.length = 0
    this.#step += 1
    this.#enter(this.#now, 0, NO_SLOTS, text, 0, capture)
    for (let at = 0; at < text.length && this.#now.instructions.length > 0;) {
      const code = text.codePointAt(at) ?? 0
      at += code > 0xff_ff ? 2 : 1
      this.#next.instructions.length = 0
      this.#step += 1
      for (let i = 0; i < this.#now.instructions.length; i++) {
        const address = this.#now.instructions[i] ?? 0
        const instruction = this.#program[address]
        if (instruction?.op === 'set' && instruction.set.has(code))
          this.#enter(this.#next, address + 1, this.#now.slots[i] ?? NO_SLOTS, text, at, capture)
      }
      const done = this.#now
      this.#now = this.#next
      this.#next = done
    }
    const matched = this.#now.instructions.findIndex(address => this.#program[address]?.op === 'match')
    return matched === -1 ? undefined : this.#now.slots[matched]
  }

  /**
   * The first match at or after a place, of those that start there the preferred one: slots 0 and 1 are its start and end.
   */
  find(text: string, from: number): Slots | undefined {
    let found: Slots | undefined
    this.#now.instructions.length = 0
    this.#step += 1
    for (let at = from; at <= text.length;) {
      if (found === undefined) this.#enter(this.#now, 0, [at], text, at, true)
      if (found !== undefined && this.#now.instructions.length === 0) break
      const code = text.codePointAt(at)
      const next = at + (code !== undefined && code > 0xff_ff ? 2 : 1)
      this.#next.instructions.length = 0
      this.#step += 1
      for (let i = 0; i < this.#now.instructions.length; i++) {
        const address = this.#now.instructions[i] ?? 0
        const instruction = this.#program[address]
        const slots = this.#now.slots[i] ?? NO_SLOTS
        if (instruction?.op === 'match') {
          found = withSlot(slots, 1, at)
          // What comes after it is less preferred.
          break
        }
        if (code !== undefined && instruction?.op === 'set' && instruction.set.has(code))
          this.#enter(this.#next, address + 1, slots, text, next, true)
      }
      const done = this.#now
      this.#now = this.#next
      this.#next = done
      at = next
    }
    return found
  }

  /** Follows everything that takes no character, preferred ways first. */
  #enter(threads: Threads, start: number, slots: Slots, text: string, at: number, capture: boolean): void {
    const addresses = this.#pendingInstructions
    const pendingSlots = this.#pendingSlots
    addresses.push(start)
    pendingSlots.push(slots)
    while (addresses.length > 0) {
      const address = addresses.pop() ?? 0
      const held = pendingSlots.pop() ?? NO_SLOTS
      if (this.#enteredIn[address] === this.#step) continue
      this.#enteredIn[address] = this.#step
      const instruction = this.#program[address]
      if (instruction === undefined) continue
      switch (instruction.op) {
        case 'jump':
          addresses.push(instruction.to)
          pendingSlots.push(held)
          break
        case 'split':
          addresses.push(instruction.second, instruction.first)
          pendingSlots.push(held, held)
          break
        case 'save':
          addresses.push(address + 1)
          pendingSlots.push(capture ? withSlot(held, instruction.slot, at) : held)
          break
        case 'assert':
          if (!holds(instruction.assertion, text, at)) break
          addresses.push(address + 1)
          pendingSlots.push(held)
          break
        case 'set':
        case 'match':
          threads.slots[threads.instructions.length] = held
          threads.instructions.push(address)
      }
    }
  }
}

function withSlot(slots: Slots, slot: number, at: number): Slots {
  const changed = [...slots]
  while (changed.length <= slot) changed.push(-1)
  changed[slot] = at
  return changed
}
