/**
 * What an agent says of its driver, its GPUs, its mounts and what it looks at beside them, as data: a kind with its
 * figures. The agent sends its English words along (`message`), for scripts; other readers have the words of
 * fleet/agentRemarkWordsZh.ts. A kind that was released keeps its fields.
 */
import * as z from 'zod';
import { count, message, name, path, pid } from './fields.ts';

/** What a library, the kernel or another program said: nobody here translates it. */
const words = message;
const seconds = z.number().nonnegative();

export const AgentRemark = z.discriminatedUnion('kind', [
  // Of the driver.
  z.object({ kind: z.literal('no-library'), tried: z.array(path).max(32) }),
  z.object({ kind: z.literal('library-not-opened'), words }),
  z.object({ kind: z.literal('version-mismatch'), words }),
  z.object({
    kind: z.literal('not-initialised'),
    words,
    /** What to look at: its kernel module, its device files, their rights, or whether there is a card. */
    look: z.enum(['module', 'devices', 'rights', 'card']).nullable(),
  }),
  z.object({ kind: z.literal('stopped-answering'), words }),
  z.object({
    kind: z.literal('driver-silent'),
    seconds,
    /** Its process cannot be ended either; null where its number is not known. */
    stuck: z.object({ pid: pid.nullable() }).nullable(),
  }),
  z.object({ kind: z.literal('reader-ended'), words }),
  /** A machine without an agent of ours. */
  z.object({ kind: z.literal('tells-no-gpu') }),

  // Of a GPU.
  z.object({ kind: z.literal('gpu-lost'), words }),
  z.object({ kind: z.literal('gpu-missing') }),
  z.object({ kind: z.literal('gpu-not-read'), words }),
  /** A value that cannot be; `figure` as `processes.0.pid`. */
  z.object({ kind: z.literal('gpu-odd'), gpuIndex: count, figure: name }),
  /** One figure of a GPU that else answers; `figure` as `power`. */
  z.object({ kind: z.literal('figure-not-read'), figure: name, words }),

  // Of containers.
  z.object({ kind: z.literal('no-socket'), path }),
  z.object({ kind: z.literal('socket-deaf'), path }),
  z.object({ kind: z.literal('socket-denied'), path }),
  z.object({ kind: z.literal('podman-denied'), path }),
  /** Null words: it did not answer in time. */
  z.object({ kind: z.literal('engine-not-asked'), path, words: words.nullable() }),
  z.object({ kind: z.literal('engine-not-yet') }),
  /** `path`: where the first was looked for, and whether there is something; null where none was looked for. */
  z.object({ kind: z.literal('no-engine'), path: path.nullable(), isThere: z.boolean() }),
  z.object({ kind: z.literal('containers-left-out'), containers: count }),

  // Of sessions.
  z.object({ kind: z.literal('nobody-uses'), tool: z.enum(['screen', 'tmux']) }),
  z.object({ kind: z.literal('no-tmux') }),
  z.object({ kind: z.literal('sessions-hidden'), tool: z.enum(['screen', 'tmux']), users: count }),
  z.object({ kind: z.literal('may-not-become'), users: count }),
  z.object({ kind: z.literal('servers-silent'), servers: count }),
  /** So many of a user are asked at most. */
  z.object({ kind: z.literal('servers-left-out'), servers: count, most: count }),
  z.object({ kind: z.literal('not-looked-at') }),
  z.object({ kind: z.literal('cannot-look'), words }),

  // Of any of them.
  z.object({ kind: z.literal('not-read'), words }),

  // Of a mount.
  /** It has just missed its deadline; `mount-silent`: it was silent before. */
  z.object({ kind: z.literal('mount-late'), seconds }),
  z.object({ kind: z.literal('mount-silent'), seconds }),
  z.object({ kind: z.literal('mount-not-yet') }),
  /** The process that asks mounts hangs itself, and this one was not asked. */
  z.object({ kind: z.literal('mount-not-reached') }),
  z.object({ kind: z.literal('mount-asker-ended'), words }),
  z.object({ kind: z.literal('mount-asker-not-started'), words }),
  z.object({ kind: z.literal('agent-stops') }),
]);
export type AgentRemark = z.infer<typeof AgentRemark>;

/** Said one after the other; null where the English words are all there is, as of an older agent. */
export const AgentRemarks = z.array(AgentRemark).max(8).nullable().catch(null).default(null);
export type AgentRemarks = AgentRemark[] | null;
