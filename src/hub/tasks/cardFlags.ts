/** Cards that are left alone because their memory did not come back after an end, until it has. */
import type { CardTrouble } from '../../model/trouble.ts';

/** Less than this is a context, a driver or rounding: the memory is back. */
const BACK_WITHIN_BYTES = 512 * 1024 * 1024;

export interface CardFlags {
  /** @param baselineBytes what others used before the end: the card is back once no more than that is used */
  flag(uuid: string, attemptId: string, baselineBytes: number): void;
  /**
   * What a sample says of a card; answers whose memory is back now, null where nobody's is.
   * @param foreignBytes what is used there and is not ours; null where that cannot be told
   */
  look(uuid: string, foreignBytes: number | null): string | null;
  /** The node says that the attempt's cards are free. */
  freed(attemptId: string): void;
  /** Null where it is not flagged. */
  trouble(uuid: string): CardTrouble | null;
}

/** None is flagged. */
export function cardFlags(): CardFlags {
  const flags = new Map<string, { attemptId: string; baselineBytes: number; trouble: CardTrouble }>();
  return {
    flag(uuid, attemptId, baselineBytes) {
      const trouble = { kind: 'memory-not-back', attempt: attemptId, seconds: 60 } as const;
      flags.set(uuid, { attemptId, baselineBytes, trouble });
    },
    look(uuid, foreignBytes) {
      const flag = flags.get(uuid);
      if (!flag || foreignBytes === null || foreignBytes > flag.baselineBytes + BACK_WITHIN_BYTES)
        return null;
      flags.delete(uuid);
      return flag.attemptId;
    },
    freed(attemptId) {
      for (const [uuid, flag] of flags) if (flag.attemptId === attemptId) flags.delete(uuid);
    },
    trouble: (uuid) => flags.get(uuid)?.trouble ?? null,
  };
}
