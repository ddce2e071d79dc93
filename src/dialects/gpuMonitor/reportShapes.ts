/**
 * What a collector of gpu-monitor reports (`POST /api/report-gpu-stats`), as far as it is read:
 *
 *   {"hostname": "gpu1", "timestamp": "2025-01-01T12:00:00.123456",
 *    "gpu_data": [{"id": 0, "name": "…", "temperature": 42, "memory_used": 1024, "memory_total": 24576, "utilization": 35,
 *      "processes": [{"pid": 1, "name": "python", "cmdline": "python train.py", "cpu_percent": 99.0,
 *        "memory_percent": 1.5, "create_time": 1735700000.0, "username": "alice", "gpu_memory_usage": 1000}]}],
 *    "system_info": {"cpu_percent": 1.0, "memory_total": 0, "memory_used": 0, "disk_total": 0, "disk_used": 0,
 *      "ip_address": "192.168.1.2", "screen_sessions": [{"pid": "12345", "name": "train", "status": "Detached"}],
 *      "docker_containers": [{"id": "…", "name": "…", "status": "Up 2 hours", "image": "…", "memoryUsage": 0,
 *        "gpuDevices": "[0,1]"}],
 *      "processes": ["as above, every process of the machine, with "gpu_id" of those on a GPU"]}}
 *
 * Memory of GPUs is in MiB, of the machine and of containers in bytes; `timestamp` is local time without a zone.
 */
import * as z from 'zod';
import { figure, list, text } from '../reading/lenient.ts';

const NOTHING_TOLD = {
  cpu_percent: null,
  memory_total: null,
  memory_used: null,
  disk_total: null,
  disk_used: null,
  ip_address: null,
  screen_sessions: [],
  docker_containers: [],
  processes: [],
};

export const Report = z.object({
  hostname: z.string(),
  timestamp: text,
  gpu_data: list,
  system_info: z
    .object({
      cpu_percent: figure,
      memory_total: figure,
      memory_used: figure,
      disk_total: figure,
      disk_used: figure,
      ip_address: text,
      screen_sessions: list,
      docker_containers: list,
      processes: list,
    })
    .catch(NOTHING_TOLD),
});

export const ReportGpu = z.object({
  id: figure,
  name: text,
  temperature: figure,
  memory_used: figure,
  memory_total: figure,
  utilization: figure,
  processes: list,
});

export const ReportProcess = z.object({
  pid: z.number(),
  name: text,
  cmdline: text,
  cpu_percent: figure,
  memory_percent: figure,
  create_time: figure,
  username: text,
  gpu_memory_usage: figure,
  gpu_id: figure,
});

export const ReportSession = z.object({
  /** A text there. */
  pid: z.union([z.string(), z.number()]).transform(String),
  name: z.string(),
  status: text,
});

export const ReportContainer = z.object({
  id: z.string(),
  name: z.string(),
  status: text,
  image: text,
  memoryUsage: figure,
  /** A JSON array written as a text; an empty array where the container has no GPU. */
  gpuDevices: z.unknown(),
});
