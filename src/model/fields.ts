/** The few kinds of field that figures are made of. Missing is `null`, never 0; every text and count is bounded. */
import * as z from 'zod';
import { MAX_MESSAGE_CHARACTERS, MAX_NAME_CHARACTERS, MAX_PATH_CHARACTERS } from './limits.ts';

/** A whole, non-negative number that JavaScript holds exactly (≤ 2^53 − 1). */
export const count = z.int().nonnegative();
/** A non-negative number. */
export const amount = z.number().nonnegative();
/** 0 to 100. */
export const percent = z.number().min(0).max(100);
/** Milliseconds since 1970-01-01 UTC. */
export const instantMs = z.int().nonnegative();
/** A name or label. */
export const name = z.string().max(MAX_NAME_CHARACTERS);
/** A path on the node. */
export const path = z.string().max(MAX_PATH_CHARACTERS);
/** A sentence for people. */
export const message = z.string().max(MAX_MESSAGE_CHARACTERS);
/** A process id; 0 is the idle task and never one of ours. */
export const pid = z
  .int()
  .positive()
  .max(2 ** 31 - 1);
