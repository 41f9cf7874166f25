/** Finds templates by what a person types. */

import type { TemplateView } from '@salp/cartridge'

const words = (text: string): string[] => text.toLowerCase().match(/[\p{Letter}\p{Number}]+/gu) ?? []

/** The templates in which each typed word begins some word, best first: a name counts most, then what it is known by. */
export function searchTemplates<Template extends Pick<TemplateView, 'name' | 'description' | 'words'>>(
  query: string,
  templates: readonly Template[],
): Template[] {
  const wanted = words(query)
  return templates
    .flatMap((template) => {
      const places = [words(template.name), template.words.flatMap(words), words(template.description)]
      const scores = wanted.map((word) => {
        const at = places.findIndex((place) => place.some((known) => known.startsWith(word)))
        return at < 0 ? 0 : places.length - at
      })
      return scores.includes(0) ? [] : [{ template, score: scores.reduce((sum, score) => sum + score, 0) }]
    })
    .toSorted((a, b) => b.score - a.score)
    .map(({ template }) => template)
}
