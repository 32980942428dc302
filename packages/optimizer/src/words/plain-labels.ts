interface LabelObject {
  toObject(): Readonly<Record<string, string>>
}

/** The store hands out the same labels object at each evaluation, and a plain copy of it is asked for at every tick. */
const plain = new WeakMap<LabelObject, Readonly<Record<string, string>>>()

/** Labels as a plain object, made once. */
export function plainLabels(labels: LabelObject): Readonly<Record<string, string>> {
  const known = plain.get(labels)
  if (known) return known
  const made = Object.freeze(labels.toObject())
  plain.set(labels, made)
  return made
}
