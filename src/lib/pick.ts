/** A part of an object, by the names of its properties. */

export function pick<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Pick<Whole, Name> {
  const part: Partial<Pick<Whole, Name>> = {};
  for (const name of names) part[name] = whole[name];
  return part as Pick<Whole, Name>;
}
