/** An amount with thousands apart by a thin space. */
export const grouped = (amount: number): string => amount.toLocaleString('en').replaceAll(',', '\u2009');
