/** One thing that `flowline doctor` looked at, with a stable name that scripts and guides may rely on. */
import * as z from 'zod';
import { message, name } from './fields.ts';

/** In which language checks are told. */
export const SpokenLanguage = z.enum(['en', 'zh']);
export type SpokenLanguage = z.infer<typeof SpokenLanguage>;

/** `note`: nothing wrong, worth knowing. Only `problem` makes doctor's exit code 1. */
export const CheckResult = z.enum(['ok', 'note', 'problem']);

export const Check = z.object({
  /** `driver-library`, `data-folder`, `docker`… */
  name,
  result: CheckResult,
  /** What was found, in a sentence. */
  found: message,
  /** What to do about it; null where there is nothing to do. */
  advice: message.nullable(),
});
export type Check = z.infer<typeof Check>;
