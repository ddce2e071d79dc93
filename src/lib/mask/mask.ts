/** What stands for a secret; it tells nothing of the secret's length. */
export const MASK = '***';
