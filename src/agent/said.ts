/** What this agent says, twice: as data for readers of any language, in English for scripts and for older hubs. */
import { agentRemarksEn } from '../fleet/agentRemarkWordsEn.ts';
import type { AgentRemark } from '../model/agentRemark.ts';
import { MAX_MESSAGE_CHARACTERS } from '../model/limits.ts';

export interface Said {
  message: string;
  remarks: AgentRemark[];
}

/** At least one remark. What others said in it is cut, so that it is never refused for its length. */
export function said(...remarks: [AgentRemark, ...AgentRemark[]]): Said {
  const bounded = remarks.map((remark) =>
    'words' in remark && remark.words !== null
      ? { ...remark, words: remark.words.slice(0, MAX_MESSAGE_CHARACTERS) }
      : remark,
  );
  return { message: agentRemarksEn(bounded).slice(0, MAX_MESSAGE_CHARACTERS), remarks: bounded };
}
