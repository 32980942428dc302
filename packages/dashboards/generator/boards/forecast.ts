import { attributes as a, metrics as m } from '@homeostat/semconv'
import { type Board, lines, stat } from '../board.ts'
import { level, worst } from '../query.ts'

const BY = [a.forecastResource, a.forecastTarget, a.forecastHorizon] as const

export const forecast: Board = {
  id: 'forecast',
  title: 'Homeostat: forecasts',
  description: 'How probable it is that a limit is reached soon, and how far that can be relied on.',
  rows: [
    {
      title: 'What is ahead',
      panels: [
        stat('Most probable, by resource', 'share', worst(m.forecastProbability, { by: [a.forecastResource] }), {
          width: 24,
          red: 0.7,
        }),
        lines('Probability that the limit is reached', 'share', worst(m.forecastProbability, { by: BY }), {
          width: 24,
          red: 0.7,
        }),
      ],
    },
    {
      title: 'Whether to believe it',
      panels: [
        lines('Confidence', 'share', level(m.forecastConfidence, { as: 'min', by: BY })),
        lines('Skill: above 0 is better than the base rate', 'number', level(m.forecastSkill, { as: 'min', by: BY })),
        lines('Share of outcomes in which the limit was reached', 'share', worst(m.forecastBaseRate, { by: BY })),
        lines('Known outcomes', 'number', level(m.forecastOutcomes, { by: BY })),
      ],
    },
  ],
}
