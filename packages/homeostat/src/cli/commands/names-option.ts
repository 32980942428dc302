import type { CommandOption } from '../command-option.ts'
import { WrongCallError } from '../wrong-call-error.ts'

/** The option `--names` of a command that writes for a server. */
export function namesOption(others = ''): CommandOption & { readonly type: 'string' } {
  return {
    type: 'string',
    valueHint: 'STYLE',
    description: `How the backend spells names. plain (default): as a Prometheus exporter of the process serves them; ${others}or the translation_strategy of a Prometheus server that receives OTLP: UnderscoreEscapingWithSuffixes (its default, in short units), UnderscoreEscapingWithoutSuffixes, NoUTF8EscapingWithSuffixes, NoTranslation.`,
  }
}

/** @throws WrongCallError for a name that is not known */
export function namesOf<Style extends string>(text: string | undefined, known: readonly Style[]): Style {
  const given = text ?? 'plain'
  const style = known.find(each => each === given)
  if (style !== undefined) return style
  const advice =
    given === 'datadog'
      ? "; 'homeostat dashboards --names=datadog' writes monitors for Datadog, which reads no PromQL"
      : ''
  throw new WrongCallError(`'--names' must be one of ${known.join(', ')}, got '${given}'${advice}`)
}
