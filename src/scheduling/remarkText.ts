/**
 * Remarks of the queue and what keeps work from nodes and cards, in words: the same for page, commands and API. The words
 * stand in remarkWordsEn.ts and remarkWordsZh.ts; they are an argument, because the page loads a
 * language when it is wanted.
 */
import { visible } from '../lib/displayText.ts';
import type { Remark } from '../model/remark.ts';
import type { Trouble } from '../model/trouble.ts';
import { remarkWordsEn } from './remarkWordsEn.ts';

type SaidOf<Said extends { kind: string }> = {
  [Kind in Said['kind']]: (said: Extract<Said, { kind: Kind }>) => string;
};

export interface RemarkWords {
  remark: SaidOf<Remark>;
  trouble: SaidOf<Trouble>;
  /** Between what is said one after the other. */
  between: string;
  /** After how it ended, before why. */
  colon: string;
}

/** One sentence; names from outside are harmless in it. */
export function remarkText(remark: Remark, words: RemarkWords = remarkWordsEn): string {
  const say = words.remark[remark.kind] as (said: Remark) => string;
  return visible(say(remark));
}

/** What keeps work away, without a full stop. */
export function troubleText(trouble: Trouble, words: RemarkWords = remarkWordsEn): string {
  const say = words.trouble[trouble.kind] as (said: Trouble) => string;
  return visible(say(trouble));
}

/**
 * All that is said, one after the other.
 * @param told the English words that came with them, for what an earlier version recorded without data
 * @returns null where nothing is said
 */
export function remarksText(
  remarks: readonly Remark[] | null,
  told: string | null,
  words: RemarkWords = remarkWordsEn,
): string | null {
  if (remarks === null) return told;
  const { between, colon } = words;
  return remarks.reduce<string | null>((before, remark, place) => {
    const text = remarkText(remark, words);
    if (before === null) return text;
    const isCause = remarks[place - 1]?.kind === 'ended' || remarks[place - 1]?.kind === 'not-started';
    return isCause ? `${before}${colon}${text}` : `${before.replace(/[.。\s]+$/, '')}${between}${text}`;
  }, null);
}
