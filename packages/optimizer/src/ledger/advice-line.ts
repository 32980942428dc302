import { adviceText, type AdviceGiven } from '../words/advice-given.ts'

/** `query.optimize#1 for SlowQueries advises: create an index on ..., because ...; run: CREATE INDEX ...` */
export function explainAdvice({ id, alert, status, summary, advice, problems }: AdviceGiven): string {
  const head = `${id} for ${alert}`
  if (status !== 'completed') return `${head} gave no advice: ${summary}`
  const texts = advice.map((one, index) => (advice.length > 1 ? `(${index + 1}) ${adviceText(one)}` : adviceText(one)))
  const said = texts.length > 0 ? ` advises: ${texts.join(' ')}` : ' has no advice'
  return `${head}${said} (${[summary, ...problems].join('; ')})`
}
