/**
 * What a server of the distributed monitor (Go) answers to `GET /gpu-info`:
 *
 *   {"node_name": "gpu-server-1", "timestamp": "2025-01-01T12:00:00.123456789+08:00",
 *    "gpus": [{"id": "00000000:01:00.0", "name": "…", "utilization": 45, "memory_used": 8589934592,
 *      "memory_total": 25769803776, "temperature": 65, "power_usage": 180500, "power_limit": 350000,
 *      "processes": [{"pid": 1234, "name": "/usr/bin/python", "used": 8388608000}]}]}
 *
 * Memory is in bytes, power in mW. It writes 0 for N/A, and null for a list without entries. Where the GPUs cannot be
 * read it answers 500 with the text `Failed to get GPU info: failed to run nvidia-smi: exit status 15`.
 */
import * as z from 'zod';
import { figure, list, text } from '../reading/lenient.ts';

export const GpuInfo = z.object({
  node_name: z.string(),
  timestamp: text,
  /** Null stands for none. */
  gpus: z.array(z.unknown()).nullable(),
});

export const ServerGpu = z.object({
  id: text,
  name: text,
  utilization: figure,
  memory_used: figure,
  memory_total: figure,
  temperature: figure,
  power_usage: figure,
  power_limit: figure,
  processes: list,
});

export const ServerProcess = z.object({ pid: z.number(), name: text, used: figure });
