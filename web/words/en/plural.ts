/** "1 machine", "22 machines": an amount with its noun, thousands apart by a thin space. */
export const plural = (amount: number, one: string, many = `${one}s`): string =>
  `${amount.toLocaleString('en').replaceAll(',', '\u2009')} ${amount === 1 ? one : many}`;
