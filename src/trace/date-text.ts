/** `2026-11-20 20:15:03` of milliseconds since the Unix epoch, in UTC, without a clock or a calendar of the system. */
export function dateText(ms: number): string {
  const seconds = Math.floor(ms / 1_000)
  const days = Math.floor(seconds / 86_400)
  const rest = seconds - days * 86_400
  const two = (value: number): string => String(value).padStart(2, '0')
  const { year, month, day } = civilDate(days)
  const time = [Math.floor(rest / 3_600), Math.floor((rest % 3_600) / 60), rest % 60].map(two).join(':')
  return `${year}-${two(month)}-${two(day)} ${time}`
}

/** Days since 1970-01-01 to a date of the Gregorian calendar, counted in eras of 400 years that begin in March. */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day }
}
