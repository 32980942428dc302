import { BoundedMap, RetainedShare } from '@homeostat/signals'
import { bytesOf, ownString } from './kept-values.ts'

/** Beside the text: a summary, of at most 255 characters, and the place in the map. */
const ENTRY_BYTES = 640

/** Keeps texts of the application and what was read of them, within the bytes that the process may retain. It forgets the oldest first. */
export class RetainedTexts {
  readonly #memos = new Set<TextMemo<unknown>>()
  readonly share: RetainedShare = new RetainedShare(() => [...this.#memos].some(memo => memo.forgetOldest()))

  /** A memo of at most so many texts, until it is disposed of. */
  memo<V>(max: number): TextMemo<V> {
    const memo: TextMemo<V> = new TextMemo<V>(max, this.share, () => this.#memos.delete(memo))
    this.#memos.add(memo)
    return memo
  }
}

/** Remembers what was read of each text. */
export class TextMemo<V> implements Disposable {
  readonly #known: BoundedMap<string, V>
  readonly #share: RetainedShare
  readonly #ended: () => void

  /** @param ended - called when it is disposed of */
  constructor(max: number, share: RetainedShare, ended: () => void) {
    this.#share = share
    this.#ended = ended
    this.#known = new BoundedMap(max, text => share.release(ENTRY_BYTES + bytesOf(text)))
  }

  get(text: string): V | undefined {
    return this.#known.get(text)
  }

  /** Keeps it for a text that is not known, where there is room. */
  add(text: string, value: V): void {
    if (this.#share.take(ENTRY_BYTES + bytesOf(text))) this.#known.set(ownString(text), value)
  }

  /** False when there is nothing left to forget. */
  forgetOldest(): boolean {
    return this.#known.forgetOldest()
  }

  [Symbol.dispose](): void {
    while (this.#known.forgetOldest());
    this.#ended()
  }
}
