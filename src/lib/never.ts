/** Says to the compiler that every case was handled. */

/** @throws always: the value reached a place that no value of its type can reach. */
export function never(value: never): never {
  throw new Error(`unexpected ${JSON.stringify(value)}`);
}
