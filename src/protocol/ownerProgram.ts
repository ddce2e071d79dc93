/**
 * What a node and a program of the task's owner say to each other (trust.md, 10): JSON, a line each, on the program's
 * stdin and stdout; stderr is its own. It runs as the owner, in the working directory of the submit, and is kept for the
 * next question while it answers within the deadline.
 *
 *   →  {"kind": "command", "id": 1, "row": {"lr": "0.1", "seed": "001"}, "name": "Task:0", "gpu": 0, "gpus": [0, 2],
 *       "gpuUuids": ["GPU-…", "GPU-…"], "task": "t42", "run": 1, "attempt": 1}
 *   ←  {"id": 1, "argv": ["python", "train.py", "--lr", "0.1"]}
 *   ←  {"id": 1, "shell": "python train.py --lr \"$1\" > log.txt", "parameters": ["0.1"]}      run as sh -c SHELL sh PARAMETER…
 *   ←  {"id": 1, "error": "no such data set: rotate_mnist"}
 *   →  {"kind": "order", "id": 2, "gpus": [{"uuid": "GPU-…", "index": 0, "memoryFreeBytes": …}, …]}
 *   ←  {"id": 2, "uuids": ["GPU-…", …]}                                                          the first is taken first
 */
import * as z from 'zod';
import { count, message, name } from '../model/fields.ts';
import {
  MAX_COMMAND_WORD_CHARACTERS,
  MAX_COMMAND_WORDS,
  MAX_GPUS_PER_NODE,
  MAX_ROW_TEXT_CHARACTERS,
} from '../model/limits.ts';
import { GpuFigures } from './agentHub.ts';

/** How long a program may think (trust.md, 10). */
export const COMMAND_DEADLINE_MS = 5000;
export const ORDER_DEADLINE_MS = 500;

export const OwnerQuestion = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('command'),
    id: count,
    /** The cells by column, blank ones left out. */
    row: z.record(z.string().max(256), z.string().max(MAX_ROW_TEXT_CHARACTERS)),
    name,
    /** Index of the first GPU of the attempt; null where it has none. */
    gpu: count.nullable(),
    gpus: z.array(count).max(MAX_GPUS_PER_NODE),
    gpuUuids: z.array(name).max(MAX_GPUS_PER_NODE),
    task: name,
    run: count,
    attempt: count,
  }),
  z.object({
    kind: z.literal('order'),
    id: count,
    gpus: z.array(GpuFigures).max(MAX_GPUS_PER_NODE * 16),
  }),
]);
export type OwnerQuestion = z.infer<typeof OwnerQuestion>;

const text = z.string().max(MAX_COMMAND_WORD_CHARACTERS);

export const OwnerAnswer = z.union([
  z.object({ id: count, argv: z.array(text).min(1).max(MAX_COMMAND_WORDS) }),
  z.object({
    id: count,
    shell: z
      .string()
      .min(1)
      .max(64 * 1024),
    parameters: z.array(text).max(MAX_COMMAND_WORDS).default([]),
  }),
  z.object({ id: count, uuids: z.array(name).max(MAX_GPUS_PER_NODE * 16) }),
  z.object({ id: count, error: message }),
]);
export type OwnerAnswer = z.infer<typeof OwnerAnswer>;
