/** What the load generator's process says on stdout, a line of JSON each. */
import * as z from 'zod';

const AgentFacts = z.object({
  nodeId: z.string(),
  hostname: z.string(),
  connected: z.boolean(),
  /** Number of the last sample sent on the present connection. */
  lastSequence: z.number(),
  /** Samples taken since the start, sent or not. */
  samples: z.number(),
});
export type AgentFacts = z.infer<typeof AgentFacts>;

export const LoadReady = z.object({
  event: z.literal('ready'),
  agents: z.number(),
  /** From the process's start until the last agent was connected. */
  joinedAfterMs: z.number(),
});

export const LoadDone = z.object({
  event: z.literal('done'),
  seconds: z.number(),
  /** Of the generator, over those seconds; 100 is one core. */
  cpuPercent: z.number(),
  residentMiB: z.number(),
  agents: z.array(AgentFacts),
});
export type LoadDone = z.infer<typeof LoadDone>;

export const LoadEvent = z.discriminatedUnion('event', [LoadReady, LoadDone]);
export type LoadEvent = z.infer<typeof LoadEvent>;
