/** A part of an object, by the names of its properties. */

/**
 * A new object; what its properties hold is shared with the whole one, and a name that is not there becomes
 * `undefined`.
 */
export function pick<Whole extends object, Name extends keyof Whole>(
  whole: Whole,
  names: readonly Name[],
): Pick<Whole, Name> {
  const part: Partial<Pick<Whole, Name>> = {};
  for (const name of names) part[name] = whole[name];
  return part as Pick<Whole, Name>;
}
